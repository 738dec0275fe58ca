import type { Command } from 'commander';
import type { AmalurClient } from '../amalur-client.js';
import type { ScheduleOptions, ScheduleSummary } from '../schedules.js';
import { EXIT } from './exit-codes.js';
import { formatTime, NONE } from './format.js';
import { readJob } from './job-file.js';
import { print, printJson, table, tell } from './output.js';
import { rulesOf, withRetrainingOptions, type RetrainingOptions } from './retrain.js';
import { optionsOf, withClient } from './session.js';

interface CreateOptions extends ScheduleOptions, RetrainingOptions {
  readonly ifChanged?: boolean;
}

/** `amalur schedule create|predict|health|list|delete|trigger` */
export function addSchedule(root: Command): void {
  const schedule = root.command('schedule').description('train, predict and look at silos by the clock');
  withRetrainingOptions(
    withTime(
      schedule
        .command('create')
        .description('train a job again and again; a turn is left out while the previous run is still going')
        .argument('<job>', 'job file, JSON or YAML')
        .option('--if-changed', 'retrain: only if something has changed, and promote only what is better'),
      'retrain-NAME',
    ),
  )
    .addHelpText(
      'after',
      '\nExamples, Mondays at three:\n  $ amalur schedule create returns.json --cron "0 3 * * 1"\n' +
        '  $ amalur schedule create returns.json --cron "0 3 * * 1" --if-changed --margin 0.002',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf<CreateOptions>(command);
      const rules = rulesOf(options);
      const retrains = options.ifChanged === true;
      if (!retrains && Object.keys(rules).length > 0)
        command.error('error: --force, --warm-start, --alias and --margin belong to --if-changed', {
          exitCode: EXIT.usage,
        });
      const job = await readJob(path);
      await create(command, (client) =>
        retrains ? client.scheduleRetraining({ job, ...rules }, options) : client.schedule(job, options),
      );
    });
  withTime(
    schedule
      .command('predict')
      .description('score every row again and again; each turn writes a file of its own')
      .argument('<model>', 'name, name@version or name@alias'),
    'predict-MODEL',
  )
    .addHelpText(
      'after',
      '\nExample, daily at five:\n  $ amalur schedule predict returns@production --cron "0 5 * * *"',
    )
    .action((model: string, _options: unknown, command: Command) =>
      create(command, (client) => client.scheduleInference({ model }, optionsOf(command))),
    );
  withTime(
    schedule.command('health').description('look at every site again and again: amalur health'),
    'health',
  )
    .addHelpText('after', '\nExample, every ten minutes:\n  $ amalur schedule health --cron "*/10 * * * *"')
    .action((_options: unknown, command: Command) =>
      create(command, (client) => client.scheduleHealth({}, optionsOf(command))),
    );
  schedule
    .command('list')
    .description('list the schedules')
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
    .action((id: string, _options: unknown, command: Command) =>
      change(command, id, (client) => client.deleteSchedule(id), `The schedule ${id} is deleted.`),
    );
  schedule
    .command('trigger')
    .description('let a schedule have a turn now')
    .argument('<id>')
    .action((id: string, _options: unknown, command: Command) =>
      change(command, id, (client) => client.triggerSchedule(id), `The schedule ${id} has a turn now.`),
    );
}

function withTime(command: Command, id: string): Command {
  return command
    .requiredOption('--cron <expression>', 'when: minute hour day month weekday')
    .option('--id <id>', `name of the schedule (default: ${id})`)
    .option('--timezone <name>', 'say Europe/Amsterdam (default: UTC)')
    .option('--paused', 'create it without starting it');
}

async function create(command: Command, make: (client: AmalurClient) => Promise<string>): Promise<void> {
  const options = optionsOf(command);
  await withClient(options, async ({ client }) => {
    const id = await make(client);
    if (options.json === true) printJson({ id });
    else print(`schedule ${id}`);
  });
}

async function change(
  command: Command,
  id: string,
  work: (client: AmalurClient) => Promise<void>,
  done: string,
): Promise<void> {
  const options = optionsOf(command);
  await withClient(options, ({ client }) => work(client));
  if (options.json === true) printJson({ id });
  else tell(done);
}

const DOES: Readonly<Partial<Record<ScheduleSummary['workflow'], string>>> = {
  trainModel: 'train',
  retrainModel: 'retrain',
  runInference: 'predict',
  siloHealth: 'health',
};

function showSchedules(schedules: readonly ScheduleSummary[]): string {
  return table(
    [
      { head: 'schedule' },
      { head: 'does' },
      { head: 'job or model' },
      { head: 'cron' },
      { head: 'next' },
      { head: 'latest run' },
    ],
    schedules.map(({ id, workflow, job, cron, paused, next, lastRun }) => [
      id,
      DOES[workflow] ?? workflow,
      job ?? NONE,
      cron ?? NONE,
      paused ? 'paused' : next === null ? NONE : formatTime(next),
      lastRun ?? NONE,
    ]),
  );
}
