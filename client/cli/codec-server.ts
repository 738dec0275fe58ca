import type { Command } from 'commander';
import { loadKeys } from '../../workers/codec/keys.js';
import { startCodecServer } from '../../workers/codec/codec-server.js';
import { createPayloadCodec } from '../../workers/codec/payload-codec.js';
import { parseListenAddress } from '../../core/config/index.js';
import { AmalurError } from '../../core/errors.js';
import { untilAskedToStop } from '../local/until-asked-to-stop.js';
import { tell } from './output.js';
import { knownConfig, optionsOf } from './session.js';

interface CodecServerCommandOptions {
  readonly port: string;
  readonly uiOrigin: readonly string[];
}

/** `amalur codec-server` */
export function addCodecServer(root: Command): void {
  root
    .command('codec-server')
    .description('let the Temporal UI and CLI read and write what is sealed, until SIGTERM or Ctrl-C')
    .option('--port <port>', 'port or host:port', '8081')
    .option('--ui-origin <origin...>', 'origin of a web UI whose pages may ask', ['http://localhost:8233'])
    .addHelpText(
      'after',
      '\nKeys come from the configuration, AMALUR_CODEC_KEYS_FILE or AMALUR_CODEC_KEYS. AMALUR_CODEC_TOKEN, if set, is the token that\n' +
        'who asks must bear. Whoever reaches the port, and has the token, reads every job.\n\nExample:\n' +
        '  $ AMALUR_CODEC_KEYS_FILE=codec.keys amalur codec-server --ui-origin https://temporal.example\n' +
        '  $ temporal workflow show -w train-returns-1 --codec-endpoint http://127.0.0.1:8081',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<CodecServerCommandOptions>(command);
      const keys = loadKeys(knownConfig(options)?.codec);
      const address = parseListenAddress(options.port, '--port');
      if (keys.length === 0 || !address) {
        throw new AmalurError('AMALUR_CODEC_KEY', 'a codec server needs keys and a port', {
          suggestion: 'name the file of keys by AMALUR_CODEC_KEYS_FILE or codec.keysFile',
        });
      }
      const token = process.env.AMALUR_CODEC_TOKEN ?? '';
      const asked = untilAskedToStop();
      const server = await startCodecServer({
        codec: createPayloadCodec(keys),
        address,
        origins: options.uiOrigin,
        ...(token !== '' && { token }),
      });
      tell(`codec server at http://${address.host}:${address.port}, ${keys.length} keys`);
      await asked;
      server.close();
      server.closeAllConnections();
    });
}
