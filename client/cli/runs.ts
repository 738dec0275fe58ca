import { InvalidArgumentError, Option, type Command } from 'commander';
import type { RunRecord } from '../../catalog/catalog.js';
import type { AmalurClient } from '../amalur-client.js';
import { MOST_RUNS } from '../../workflows/contracts/activities.js';
import type { InferenceResult, TrainingResult } from '../../workflows/contracts/results.js';
import { attend } from './attend.js';
import { EXIT } from './exit-codes.js';
import { print, printJson, tell } from './output.js';
import { askedOf, steer, type SteeringOptions } from './steer.js';
import { exchangeOf, optionsOf, withClient, type GlobalOptions } from './session.js';
import { showInference, showTraining } from './show-result.js';
import { showRun, showRuns } from './show-runs.js';

interface RunsCommandOptions {
  readonly limit: number;
  readonly follow?: boolean;
  readonly cancel?: boolean;
}

type Options = RunsCommandOptions & SteeringOptions;

/** `amalur runs [RUN]` */
export function addRuns(root: Command): void {
  root
    .command('runs')
    .description('list runs, or tell all about one; watch it or cancel it')
    .argument('[run]', 'workflow id or execution id')
    .option('-n, --limit <count>', 'how many to list', parseCount, 20)
    .addOption(new Option('-f, --follow', 'watch the run until it ends').conflicts('cancel'))
    .option('--cancel', 'cancel the run')
    .option('--pause', 'let a training wait when the round under way has ended')
    .option('--resume', 'let a paused training go on')
    .option('--stop', 'end a training with the round under way, and store the model as it is then')
    .option('--tolerance <number>', 'give a training another tolerance', parsePositive)
    .option('--max-rounds <count>', 'give a training other maximal rounds', parsePositive)
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur runs\n  $ amalur runs train-returns-1f2e3d4c\n  $ amalur runs train-returns-1f2e3d4c --follow\n  $ amalur runs train-returns-1f2e3d4c --tolerance 1e-6',
    )
    .action(async (id: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<Options>(command);
      const given = [options.cancel, options.follow, ...askedOf(options)].filter((one) => one !== undefined);
      if (id === undefined && given.length > 0)
        command.error('error: this option needs the RUN that is meant', { exitCode: EXIT.usage });
      if (given.length > 1)
        command.error('error: one thing can be asked of a run at a time', { exitCode: EXIT.usage });
      await withClient(options, async ({ client }) => {
        if (id === undefined) await list(client, options);
        else if (options.cancel === true) await cancel(client, id, options);
        else if (askedOf(options).length > 0) await steer(client.run(id), options, options.json);
        else if (options.follow === true) await attend(client.run(id), id, options, showResult);
        else await tellAbout(client, id, options);
      });
    });
}

async function list(
  client: AmalurClient,
  { limit, json }: RunsCommandOptions & GlobalOptions,
): Promise<void> {
  const { runs = [] } = await client.ask({ about: 'runs', limit });
  if (json === true) printJson(runs);
  else if (runs.length > 0) print(showRuns(runs));
  else tell('There is no run yet: amalur train JOB starts one.');
}

async function tellAbout(client: AmalurClient, id: string, options: GlobalOptions): Promise<void> {
  const { run } = await client.ask({ about: 'run', run: id });
  if (run === undefined) return;
  if (options.json === true) printJson(run);
  else print(showRun(run, await classNamesOf(client, run, options)));
}

/** Names of the classes that a run's evaluation tells of, where they can be read from here. */
async function classNamesOf(client: AmalurClient, run: RunRecord, options: GlobalOptions) {
  const exchange = exchangeOf(options);
  if (run.facts?.evaluation?.manyClasses === undefined || run.model === null || !exchange) return undefined;
  const { model } = await client.ask({ about: 'model', model: run.model });
  if (!model) return undefined;
  const { readClassNames } = await import('../stored-model.js');
  return readClassNames(model, exchange);
}

async function cancel(client: AmalurClient, id: string, { json }: GlobalOptions): Promise<void> {
  const asked = await client.run(id).cancel();
  if (json === true) printJson({ run: id, asked: asked ? 'cancel' : null });
  else tell(asked ? `The run ${id} was asked to stop.` : `The run ${id} has ended already.`);
}

function showResult(result: TrainingResult | InferenceResult): string {
  return 'metrics' in result ? showTraining(result) : showInference(result);
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('a positive number is wanted');
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0 && count <= MOST_RUNS) return count;
  throw new InvalidArgumentError(`a whole number from 1 to ${MOST_RUNS} is wanted`);
}
