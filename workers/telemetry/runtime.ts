import { Runtime, type Logger } from '@temporalio/worker';
import type { ListenAddress } from '../../core/config/address.js';
import type { WorkerIdentity } from './log-line.js';
import { logSettings } from './log-settings.js';
import { createLogger } from './logger.js';
import { BUCKETS } from './metrics.js';
import { requireFree } from './port-taken.js';

/**
 * Installs the log and the metrics of this process; once, before its first connection.
 * @param metrics where Prometheus may ask; undefined: nowhere
 * @throws AMALUR_INVALID_CONFIG for wrong settings, AMALUR_DUPLICATE_NAME when the port is taken
 */
export async function installRuntime(
  identity: WorkerIdentity,
  metrics: ListenAddress | undefined,
): Promise<Logger> {
  const settings = logSettings();
  const logger = createLogger(identity, settings);
  if (metrics) await requireFree(metrics, 'metrics');
  const verbose = settings.level === 'DEBUG' ? 'INFO' : 'WARN';
  Runtime.install({
    logger,
    telemetryOptions: {
      logging: { filter: { core: verbose, other: 'ERROR' }, forward: {} },
      ...(metrics && {
        metrics: {
          globalTags: {
            role: identity.role,
            ...(identity.silo !== undefined && { silo: identity.silo }),
          },
          attachServiceName: false,
          prometheus: {
            bindAddress: `${metrics.host}:${metrics.port}`,
            countersTotalSuffix: true,
            useSecondsForDurations: true,
            histogramBucketOverrides: BUCKETS,
          },
        },
      }),
    },
  });
  return logger;
}
