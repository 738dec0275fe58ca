import { parseArgs } from 'node:util';
import { loadConfig } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { runControlWorker } from './control-worker.js';
import { hostName } from './host-name.js';
import { serverAccess } from './server-access.js';
import { runAggregatorWorker, runSiloWorker } from './site-worker.js';

/** One worker process: `main.js control|aggregator|silo --config FILE [--silo NAME] [--host HOST]`. */
async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string', default: '.' },
      silo: { type: 'string' },
      host: { type: 'string' },
    },
  });
  const config = loadConfig(values.config);
  const access = serverAccess();
  switch (positionals[0]) {
    case 'control':
      return runControlWorker(config, access);
    case 'aggregator':
      return runAggregatorWorker(config, access, hostName(values.host));
    case 'silo':
      return runSiloWorker(config, values.silo ?? config.silos[0]?.name ?? '', access, hostName(values.host));
    default:
      throw new AmalurError('AMALUR_INVALID_CONFIG', 'the first argument is control, aggregator or silo');
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const { message, suggestion } = error as Partial<AmalurError>;
    process.stderr.write(
      `${message ?? 'the worker failed'}\n${suggestion === undefined ? '' : `  ${suggestion}\n`}`,
    );
    if (!(error instanceof AmalurError)) process.stderr.write(`${String((error as Error).stack)}\n`);
    process.exit(1);
  },
);
