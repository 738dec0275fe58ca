import { Runtime } from '@temporalio/worker';
import { parseListenAddress, type AmalurConfig, type ListenAddress } from '../core/config/index.js';
import { loadKeys } from './codec/keys.js';
import { createPayloadCodec } from './codec/payload-codec.js';
import { hostName } from './host-name.js';
import type { ServerAccess } from './run-workers.js';
import { installRuntime } from './telemetry/runtime.js';

export const ROLES = ['control', 'aggregator', 'silo'] as const;

/** What the command line says of a worker; what it leaves out is in the environment or the configuration. */
export interface RoleOptions {
  readonly silo?: string | undefined;
  readonly host?: string | undefined;
  readonly metricsPort?: string | undefined;
  readonly healthPort?: string | undefined;
}

/** Runs a worker with its log, metrics and health until it is asked to stop. @throws AmalurError where it cannot start */
export async function runRole(
  role: (typeof ROLES)[number],
  config: AmalurConfig,
  access: ServerAccess,
  options: RoleOptions,
): Promise<void> {
  const { silo = '' } = options;
  const metrics = addressOf('metrics', options.metricsPort, config.metrics);
  const health = addressOf('health', options.healthPort, config.health);
  const codec = createPayloadCodec(loadKeys(config.codec));
  const logger = await installRuntime({ role, ...(role === 'silo' && { silo }) }, metrics);
  const surroundings = { host: hostName(options.host), logger, health, codec };
  try {
    // Only what the role needs is loaded: a site knows no catalog, and the control worker no tables.
    if (role === 'control') {
      const { runControlWorker } = await import('./control-worker.js');
      await runControlWorker(config, access, surroundings);
    } else {
      const { runAggregatorWorker, runSiloWorker } = await import('./site-worker.js');
      if (role === 'aggregator') await runAggregatorWorker(config, access, surroundings);
      else await runSiloWorker(config, silo, access, surroundings);
    }
  } finally {
    // The last lines of the log are still on their way.
    await Runtime.instance().shutdown();
  }
}

function addressOf(
  what: 'metrics' | 'health',
  option: string | undefined,
  configured: ListenAddress | undefined,
): ListenAddress | undefined {
  const variable = `AMALUR_${what.toUpperCase()}_PORT`;
  const inEnvironment = process.env[variable];
  if (option !== undefined) return parseListenAddress(option, `--${what}-port`);
  if (inEnvironment !== undefined && inEnvironment !== '') return parseListenAddress(inEnvironment, variable);
  return configured;
}
