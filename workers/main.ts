import { parseArgs } from 'node:util';
import { loadConfig } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { ROLES, runRole } from './run-role.js';
import { serverAccess } from './server-access.js';
import { reportEnd } from './telemetry/report-end.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', default: '.' },
    silo: { type: 'string' },
    host: { type: 'string' },
    'metrics-port': { type: 'string' },
    'health-port': { type: 'string' },
  },
});
const role = ROLES.find((one) => one === positionals[0]);

/** One worker process: `main.js control|aggregator|silo --config FILE [--silo NAME] [--host HOST] [--metrics-port PORT] [--health-port PORT]`. */
async function main(): Promise<void> {
  if (role === undefined) {
    throw new AmalurError('AMALUR_INVALID_CONFIG', `the first argument is one of ${ROLES.join(', ')}`);
  }
  const config = loadConfig(values.config);
  await runRole(role, config, serverAccess(), {
    silo: values.silo ?? config.silos[0]?.name,
    host: values.host,
    metricsPort: values['metrics-port'],
    healthPort: values['health-port'],
  });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    reportEnd({ role: role ?? 'control', ...(values.silo !== undefined && { silo: values.silo }) }, error);
    process.exit(1);
  },
);
