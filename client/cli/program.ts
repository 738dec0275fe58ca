import { Command, CommanderError } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { RunCancelled } from '../failures.js';
import { packageVersion } from '../package-root.js';
import { addCodecServer } from './codec-server.js';
import { addDoctor } from './doctor.js';
import { addExport } from './export.js';
import { EXIT } from './exit-codes.js';
import { addHealth } from './health.js';
import { addGc } from './gc.js';
import { addImport } from './import.js';
import { addInit } from './init.js';
import { addIntegration } from './integration.js';
import { addModels } from './models.js';
import { tell, tellError } from './output.js';
import { addPlan } from './plan.js';
import { addPredict } from './predict.js';
import { addPromote } from './promote.js';
import { addRegister } from './register.js';
import { addReport } from './report.js';
import { addRetrain } from './retrain.js';
import { addRuns } from './runs.js';
import { addSchedule } from './schedule.js';
import { addServe } from './serve.js';
import { addTables } from './tables.js';
import { addTrain } from './train.js';
import { addUp } from './up.js';
import { addWorker } from './worker.js';
import { wrongUsage } from './wrong-usage.js';

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
  for (const add of [
    addInit,
    addUp,
    addWorker,
    addRegister,
    addTables,
    addIntegration,
    addPlan,
    addTrain,
    addRetrain,
    addPredict,
    addServe,
    addRuns,
    addReport,
    addModels,
    addPromote,
    addExport,
    addImport,
    addSchedule,
    addHealth,
    addGc,
    addDoctor,
    addCodecServer,
  ]) {
    add(root);
  }
  return root;
}

/** Runs one command line and returns its exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes('--json');
  try {
    await program(asJson).parseAsync(argv);
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
