import { InvalidArgumentError, type Command } from 'commander';
import type { RetrainingResult } from '../../workflows/contracts/retraining.js';
import { attend } from './attend.js';
import { measuresOf, NONE } from './format.js';
import { readJob } from './job-file.js';
import { facts } from './output.js';
import { optionsOf, withClient } from './session.js';

/** Options of whatever trains again and promotes. */
export interface RetrainingOptions {
  readonly force?: boolean;
  readonly alias?: string;
  readonly margin?: number;
  readonly warmStart?: boolean;
}

interface RetrainCommandOptions extends RetrainingOptions {
  readonly detach?: boolean;
  readonly id?: string;
}

/** `amalur retrain JOB` */
export function addRetrain(root: Command): void {
  withRetrainingOptions(
    root
      .command('retrain')
      .description(
        'train again if the job or its tables have changed, and use the new version if it is better on the same test rows',
      )
      .argument('<job>', 'job file, JSON or YAML'),
  )
    .option('-d, --detach', 'start the run and return at once')
    .option('--id <id>', 'workflow id of the run (default: retrain-NAME-random)')
    .addHelpText(
      'after',
      '\nThe version in use is the one that the alias names: amalur predict NAME@production uses it. It stays in use until\n' +
        'a better one is there.\n\nExamples:\n  $ amalur retrain returns.json\n  $ amalur retrain returns.json --margin 0.002 --force',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf<RetrainCommandOptions>(command);
      const job = await readJob(path);
      await withClient(options, async ({ client }) => {
        const request = { job, ...rulesOf(options) };
        const run = await client.retrain(request, options.id === undefined ? {} : { id: options.id });
        await attend(run, job.name, options, showRetraining);
      });
    });
}

export function withRetrainingOptions(command: Command): Command {
  return command
    .option('--force', 'train even if nothing has changed')
    .option('--warm-start', 'begin at the parameters of the version in use')
    .option('--alias <alias>', 'name of the version in use (default: production)')
    .option('--margin <number>', 'by how much the main measure must be better (default: 0)', parseMargin);
}

/** What a request says of them; what is left out has its default there. */
export function rulesOf({ force, alias, margin, warmStart }: RetrainingOptions): RetrainingOptions {
  return {
    ...(warmStart !== undefined && { warmStart }),
    ...(force !== undefined && { force }),
    ...(alias !== undefined && { alias }),
    ...(margin !== undefined && { margin }),
  };
}

/** What a retraining has come to. */
export function showRetraining(result: RetrainingResult): string {
  const { alias, inUse, changes, trained, judged, contest, reason } = result;
  return facts([
    [alias, inUse ?? NONE],
    ['changed', changes === null ? 'never trained before' : showChanges(changes)],
    ['trained', trained?.model ?? 'nothing'],
    ...(trained === null
      ? []
      : [
          ...measuresOf(trained.metrics).map(([name, value]) => [`test ${name}`, value] as const),
          ['rounds', String(trained.rounds)] as const,
          ...(trained.began ? [['began', showBeginning(trained.began)] as const] : []),
          ['run', trained.run] as const,
        ]),
    ...(judged === undefined ? [] : [['compared', judged] as const]),
    ...(contest === null
      ? []
      : [
          [
            'in use before',
            `${contest.measure} ${contest.inUse?.toPrecision(6) ?? NONE} on these rows`,
          ] as const,
        ]),
    ['because', reason],
  ]);
}

function showBeginning(began: NonNullable<NonNullable<RetrainingResult['trained']>['began']>): string {
  return 'at' in began ? `at the parameters of ${began.at}` : `by itself: ${began.anew}`;
}

function showChanges({ job, tables }: NonNullable<RetrainingResult['changes']>): string {
  return [...(job ? ['the job'] : []), ...tables].join(', ') || 'nothing';
}

function parseMargin(text: string): number {
  const margin = Number(text);
  if (text.trim() !== '' && Number.isFinite(margin)) return margin;
  throw new InvalidArgumentError('a margin is a number in units of the measure, say 0.002');
}
