import { Argument, type Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggest.js';
import type { AmalurConfig } from '../../core/config/index.js';
import { logSettings } from '../../workers/telemetry/log-settings.js';
import { reportEnd } from '../../workers/telemetry/report-end.js';
import { EXIT } from './exit-codes.js';
import { tell } from './output.js';
import { configOf, optionsOf } from './session.js';

type Role = 'control' | 'aggregator' | 'silo';

interface WorkerCommandOptions {
  readonly silo?: string;
  readonly host?: string;
  readonly metricsPort?: string;
  readonly healthPort?: string;
}

/** `amalur worker ROLE` */
export function addWorker(root: Command): void {
  root
    .command('worker')
    .description('run one process of a real installation, until SIGTERM or Ctrl-C')
    .addArgument(new Argument('<role>', 'which worker').choices(['control', 'aggregator', 'silo']))
    .option('--silo <name>', 'which silo (needed if the configuration has several)')
    .option('--host <name>', 'of a silo or aggregator with several hosts: which one (default: the machine)')
    .option('--metrics-port <port>', 'port or host:port for Prometheus (default: none)')
    .option('--health-port <port>', 'port or host:port of /healthz and /readyz (default: none)')
    .addHelpText(
      'after',
      '\ncontrol     workflows, catalog and planning; no data\naggregator  where partial products meet\nsilo        reads the tables of its silo and computes beside them\n' +
        '\nThe server is found by TEMPORAL_ADDRESS, TEMPORAL_PROFILE and the like. No worker opens a port but those two.\n' +
        'AMALUR_LOG=debug|info|warn|error and AMALUR_LOG_FORMAT=json|text choose what is logged, and how.\n' +
        '\nExample:\n  $ TEMPORAL_ADDRESS=temporal.example:7233 amalur worker silo --silo shop --config /etc/amalur',
    )
    .action(async (role: Role, _options: unknown, command: Command) => {
      const options = optionsOf<WorkerCommandOptions>(command);
      const config = configOf(options);
      // Loaded when needed: help and wrong usage do without the native parts of a worker.
      const { findServer } = await import('../connect.js');
      const access = await findServer(config);
      tell(`${role} worker: server ${access.address}, namespace ${access.namespace}`);
      const { runRole } = await import('../../workers/run-role.js');
      const silo = role === 'silo' ? chooseSilo(config, options.silo) : undefined;
      try {
        await runRole(role, config, access, { ...options, silo });
      } catch (error) {
        // What reads the log reads JSON; a person is told as by any other command.
        if (logSettings().format === 'text') throw error;
        reportEnd({ role, ...(silo !== undefined && { silo }) }, error);
        process.exitCode = EXIT.error;
      }
    });
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
