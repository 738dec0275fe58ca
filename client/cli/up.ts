import { InvalidArgumentError, type Command } from 'commander';
import type { AmalurConfig } from '../../core/config/index.js';
import type { LocalInstallation } from '../local-installation.js';
import { untilAskedToStop } from '../local/until-asked-to-stop.js';
import { EXIT } from './exit-codes.js';
import { print, tell, tellError } from './output.js';
import { registered } from './register.js';
import { configOf, optionsOf } from './session.js';

interface UpCommandOptions {
  readonly port?: number;
  readonly uiPort?: number;
  readonly metricsPort?: number;
  readonly healthPort?: number;
}

/** `amalur up` */
export function addUp(root: Command): void {
  root
    .command('up')
    .description('start a Temporal server and all workers of the configuration on this machine, and stay')
    .option('--port <port>', 'of the server (default: 7233 if free, else any)', parsePort)
    .option('--ui-port <port>', 'of the web UI (default: 8233 if free, else any)', parsePort)
    .option(
      '--metrics-port <port>',
      'for Prometheus, of the control worker; the others have the next ports (default: none)',
      parsePort,
    )
    .option(
      '--health-port <port>',
      'of /healthz and /readyz of the control worker; the others have the next ports (default: none)',
      parsePort,
    )
    .addHelpText(
      'after',
      '\nEverything is kept in the state folder (.amalur): runs go on where they were after a restart.\n' +
        'Everything ends with this command, also when it is killed.\n\nExamples:\n  $ amalur up\n  $ amalur up --config shop --ui-port 8080',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = optionsOf<UpCommandOptions>(command);
      const config = configOf(options);
      const asked = untilAskedToStop();
      tell('Starting a Temporal server and the workers …');
      const { startLocalInstallation } = await import('../local-installation.js');
      const starting = startLocalInstallation(config, { ...options, say: tell });
      const installation = await Promise.race([starting, asked]);
      if (installation === undefined) {
        // Ctrl-C while starting: what has been started must still be stopped.
        tell('\nStopping …');
        await starting.then((started) => started.stop()).catch(() => undefined);
        process.exitCode = EXIT.detached;
        return;
      }
      let stopping = false;
      const stopped = asked.then(() => {
        stopping = true;
      });
      void registerAll(installation, config, () => stopping).then(() => {
        if (!stopping) announce(installation);
      });
      await stopped;
      tell('\nStopping …');
      await installation.stop();
    });
}

/** Registers every silo; one that cannot be read is told of and does not keep the others from working. */
async function registerAll(
  { client }: LocalInstallation,
  config: AmalurConfig,
  isStopping: () => boolean,
): Promise<void> {
  for (const { name } of config.silos) {
    if (isStopping()) return;
    try {
      tell(`registered ${registered(await client.registerSilo(name))}`);
    } catch (error) {
      if (isStopping()) return;
      tell(`silo ${name} is not registered; once it is mended: amalur register ${name}`);
      tellError(error);
    }
  }
}

function announce({ address, ui, logs }: LocalInstallation): void {
  print(`Temporal UI  ${ui}`);
  print(`Temporal     ${address}   (for the temporal command: TEMPORAL_ADDRESS=${address})`);
  print(`Logs         ${logs}`);
  print('Ready. In another terminal: amalur tables. Ctrl-C stops everything.');
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('a port is a number from 1 to 65535');
}
