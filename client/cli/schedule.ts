import type { Command } from 'commander';
import type { ScheduleOptions, ScheduleSummary } from '../schedules.js';
import { formatTime, NONE } from './format.js';
import { readJob } from './job-file.js';
import { print, printJson, table, tell } from './output.js';
import { optionsOf, withClient } from './session.js';

/** `amalur schedule create|list|delete|trigger` */
export function addSchedule(root: Command): void {
  const schedule = root.command('schedule').description('train by the clock');
  schedule
    .command('create')
    .description('train a job again and again; a turn is left out while the previous run is still going')
    .argument('<job>', 'job file, JSON or YAML')
    .requiredOption('--cron <expression>', 'when: minute hour day month weekday')
    .option('--id <id>', 'name of the schedule (default: retrain-NAME)')
    .option('--timezone <name>', 'say Europe/Amsterdam (default: UTC)')
    .option('--paused', 'create it without starting it')
    .addHelpText(
      'after',
      '\nExample, Mondays at three:\n  $ amalur schedule create returns.json --cron "0 3 * * 1"',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf<ScheduleOptions>(command);
      const job = await readJob(path);
      await withClient(options, async ({ client }) => {
        const id = await client.schedule(job, options);
        if (options.json === true) printJson({ id });
        else print(`schedule ${id}`);
      });
    });
  schedule
    .command('list')
    .description('list the schedules that train')
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf(command);
      await withClient(options, async ({ client }) => {
        const schedules = await client.schedules();
        if (options.json === true) printJson(schedules);
        else if (schedules.length > 0) print(showSchedules(schedules));
        else tell('There is no schedule yet: amalur schedule create JOB --cron … makes one.');
      });
    });
  schedule
    .command('delete')
    .description('end a schedule; runs that it has started go on')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      await withClient(optionsOf(command), ({ client }) => client.deleteSchedule(id));
      tell(`The schedule ${id} is deleted.`);
    });
  schedule
    .command('trigger')
    .description('let a schedule train now')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      await withClient(optionsOf(command), ({ client }) => client.triggerSchedule(id));
      tell(`The schedule ${id} trains now: amalur runs shows it.`);
    });
}

function showSchedules(schedules: readonly ScheduleSummary[]): string {
  return table(
    [{ head: 'schedule' }, { head: 'job' }, { head: 'cron' }, { head: 'next' }, { head: 'latest run' }],
    schedules.map(({ id, job, cron, paused, next, lastRun }) => [
      id,
      job ?? NONE,
      cron ?? NONE,
      paused ? 'paused' : next === null ? NONE : formatTime(next),
      lastRun ?? NONE,
    ]),
  );
}
