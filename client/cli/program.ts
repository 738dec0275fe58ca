import { Command, CommanderError } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { packageVersion } from '../package-root.js';
import { RunCancelled } from '../run-cancelled.js';
import { EXIT } from './exit-codes.js';
import { tell, tellError } from './output.js';
import { wrongUsage } from './wrong-usage.js';

type AddCommand = (root: Command) => void;

/** The commands by name, in the order of the help. Each is loaded when it is named: none waits for the code of the others. */
const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['init', async () => (await import('./init.js')).addInit],
  ['up', async () => (await import('./up.js')).addUp],
  ['worker', async () => (await import('./worker.js')).addWorker],
  ['register', async () => (await import('./register.js')).addRegister],
  ['tables', async () => (await import('./tables.js')).addTables],
  ['integration', async () => (await import('./integration.js')).addIntegration],
  ['plan', async () => (await import('./plan.js')).addPlan],
  ['train', async () => (await import('./train.js')).addTrain],
  ['retrain', async () => (await import('./retrain.js')).addRetrain],
  ['predict', async () => (await import('./predict.js')).addPredict],
  ['serve', async () => (await import('./serve.js')).addServe],
  ['runs', async () => (await import('./runs.js')).addRuns],
  ['report', async () => (await import('./report.js')).addReport],
  ['models', async () => (await import('./models.js')).addModels],
  ['promote', async () => (await import('./promote.js')).addPromote],
  ['export', async () => (await import('./export.js')).addExport],
  ['import', async () => (await import('./import.js')).addImport],
  ['schedule', async () => (await import('./schedule.js')).addSchedule],
  ['health', async () => (await import('./health.js')).addHealth],
  ['gc', async () => (await import('./gc.js')).addGc],
  ['doctor', async () => (await import('./doctor.js')).addDoctor],
  ['codec-server', async () => (await import('./codec-server.js')).addCodecServer],
]);

const EXAMPLES = `
From nothing to a model:
  $ amalur init shop && cd shop      an example: three silos, two jobs
  $ amalur up                        a Temporal server and all workers; stays until Ctrl-C
  $ amalur tables                    (in another terminal) what the silos have
  $ amalur plan returns.json         what a training would do, and why
  $ amalur train returns.json        train it
  $ amalur predict returns           score every row with the model

The server is found as the Temporal CLI finds it (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, …), or else by the \`amalur up\` of this folder.
Exit codes: 0 done, 1 error, 2 wrong usage, 130 detached or cancelled. AMALUR_DEBUG=1 shows stacks.`;

/** @param asJson what is wrong with a command line is told as JSON, and by nobody else */
function program(asJson: boolean): Command {
  const root = new Command('amalur')
    .description('Train and serve models over data silos: materialize, factorize or federate.')
    .option('-c, --config <file>', 'configuration file, or the folder that has one (default: this folder)')
    .option('--json', 'print results as JSON')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(amalur --help shows what there is)')
    // Inherited by the commands that are added from here on.
    .exitOverride();
  if (asJson) root.configureOutput({ writeErr: () => undefined });
  return root;
}

/** Adds the command that a command line names; if it names none, all of them, for the help and for names that are near. */
async function addNamed(root: Command, argv: readonly string[]): Promise<void> {
  const [name = ''] = root.parseOptions([...argv]).operands;
  const named = COMMANDS.get(name);
  const loading = named ? [named] : [...COMMANDS.values()];
  for (const add of await Promise.all(loading.map((load) => load()))) add(root);
}

/** Runs one command line and returns its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes('--json');
  try {
    const root = program(asJson);
    await addNamed(root, argv.slice(2));
    await root.parseAsync(argv);
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      // Otherwise commander has said it already.
      if (asJson) tellError(wrongUsage(error), true);
      return EXIT.usage;
    }
    if (error instanceof RunCancelled) {
      if (asJson) tellError(new AmalurError('AMALUR_RUN_CANCELLED', error.message), true);
      else tell(error.message);
      return EXIT.detached;
    }
    tellError(error, asJson);
    return EXIT.error;
  }
}
