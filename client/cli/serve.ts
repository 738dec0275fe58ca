import type { Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { untilAskedToStop } from '../local/until-asked-to-stop.js';
import { printJson, tell } from './output.js';
import { configOf, optionsOf, withClient } from './session.js';

interface ServeCommandOptions {
  readonly host: string;
  readonly port: string;
  readonly refresh: string;
  readonly silo?: string;
}

/** `amalur serve MODEL` */
export function addServe(root: Command): void {
  root
    .command('serve')
    .description('answer single rows over HTTP by a model, until SIGTERM or Ctrl-C')
    .argument('<model>', 'name, name@version or name@alias')
    .option('--host <host>', 'where to listen; 0.0.0.0 to be reached from other hosts', '127.0.0.1')
    .option('--port <port>', '0: any that is free', '8080')
    .option('--refresh <span>', 'how often silos are asked for changes: 500ms, 30s, 5m, off', '30s')
    .option('--silo <name>', 'silo of the base table, on whose host this runs: where keys or parameters stay')
    .addHelpText(
      'after',
      '\nA row has the columns of the base table; other tables are found by its keys. Whoever reaches the port may ask.' +
        '\n\nExamples:\n  $ amalur serve returns@production\n  $ curl -s localhost:8080/v1/model' +
        `\n  $ curl -s localhost:8080/v1/predict -H 'content-type: application/json' -d '{"customer_id": 1046, "product": "W-124"}'`,
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<ServeCommandOptions>(command);
      const config = configOf(options);
      const address = { host: options.host, port: portOf(options.port) };
      const refreshMs = spanOf(options.refresh);
      const asked = untilAskedToStop();
      await withClient(options, async ({ client }) => {
        // Loaded when needed, as the native parts of a worker are.
        const { serve } = await import('../serving/serve.js');
        const starting = serve({ config, client, model, silo: options.silo, address, refreshMs });
        // Silos may take long to prepare; a later failure of what is given up here has been heard by the race.
        const serving = await Promise.race([asked, starting]);
        if (serving === undefined) return;
        if (options.json === true) printJson({ address: serving.address, model: serving.model });
        tell(`${serving.model} at ${serving.address}`);
        await asked;
        await serving.stop();
      });
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port < 65_536) return port;
  throw new AmalurError('AMALUR_INVALID_CONFIG', '--port is no port', {
    field: '--port',
    suggestion: 'write a number up to 65535; 0 is any that is free',
  });
}

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A day; beyond 24 of them a timer would fire at once, for ever. */
const MOST_MS = 24 * MS.h;

/** Milliseconds; undefined for `off`. */
function spanOf(text: string): number | undefined {
  if (text === 'off') return undefined;
  const [, count = '', unit] = /^([1-9][0-9]{0,7})(ms|s|m|h)$/.exec(text) ?? [];
  const span = unit === undefined ? undefined : Number(count) * MS[unit as keyof typeof MS];
  if (span !== undefined && span <= MOST_MS) return span;
  throw new AmalurError('AMALUR_INVALID_CONFIG', '--refresh is no span of time of up to a day', {
    field: '--refresh',
    suggestion: 'write 500ms, 30s, 5m or up to 24h, or off',
  });
}
