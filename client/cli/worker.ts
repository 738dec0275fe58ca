import { Argument, type Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggest.js';
import type { AmalurConfig } from '../../core/config/index.js';
import { findServer, type FoundServer } from '../connect.js';
import { tell } from './output.js';
import { configOf, optionsOf } from './session.js';

interface WorkerCommandOptions {
  readonly silo?: string;
  readonly host?: string;
}

/** `amalur worker ROLE` */
export function addWorker(root: Command): void {
  root
    .command('worker')
    .description('run one process of a real installation, until SIGTERM or Ctrl-C')
    .addArgument(new Argument('<role>', 'which worker').choices(['control', 'aggregator', 'silo']))
    .option('--silo <name>', 'which silo (needed if the configuration has several)')
    .option('--host <name>', 'of a silo or aggregator with several hosts: which one (default: the machine)')
    .addHelpText(
      'after',
      '\ncontrol     workflows, catalog and planning; no data\naggregator  where partial products meet\nsilo        reads the tables of its silo and computes beside them\n' +
        '\nThe server is found by TEMPORAL_ADDRESS, TEMPORAL_PROFILE and the like. No worker opens a port.\n' +
        '\nExample:\n  $ TEMPORAL_ADDRESS=temporal.example:7233 amalur worker silo --silo shop --config /etc/amalur',
    )
    .action(async (role: string, _options: unknown, command: Command) => {
      const options = optionsOf<WorkerCommandOptions>(command);
      const config = configOf(options);
      const access = await findServer(config);
      tell(`${role} worker: server ${access.address}, namespace ${access.namespace}`);
      await runWorker(role, config, options, access);
    });
}

/** Loaded when needed: the native parts of a worker would double the time that every other command takes to start. */
async function runWorker(
  role: string,
  config: AmalurConfig,
  { silo, host }: WorkerCommandOptions,
  access: FoundServer,
): Promise<void> {
  if (role === 'control') {
    const { runControlWorker } = await import('../../workers/control-worker.js');
    return runControlWorker(config, access);
  }
  const { hostName } = await import('../../workers/host-name.js');
  const { runAggregatorWorker, runSiloWorker } = await import('../../workers/site-worker.js');
  return role === 'aggregator'
    ? runAggregatorWorker(config, access, hostName(host))
    : runSiloWorker(config, chooseSilo(config, silo), access, hostName(host));
}

function chooseSilo({ silos }: AmalurConfig, asked: string | undefined): string {
  const names = silos.map(({ name }) => name);
  const [only] = names;
  if (asked === undefined && names.length === 1 && only !== undefined) return only;
  if (asked !== undefined && names.includes(asked)) return asked;
  throw new AmalurError(
    'AMALUR_UNKNOWN_SILO',
    asked === undefined ? 'which silo is meant?' : `the configuration has no silo "${asked}"`,
    { field: '--silo', suggestion: didYouMean(asked ?? '', names) ?? `known: ${names.join(', ')}` },
  );
}
