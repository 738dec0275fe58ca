import type { Command } from 'commander';
import { loadConfig, type AmalurConfig } from '../../core/config/index.js';
import { AmalurError } from '../../core/errors.js';
import { openStore, type Store } from '../../core/exchange/index.js';
import type { AmalurClient } from '../amalur-client.js';
import type { Connected } from '../connect.js';

/** Options that every command takes. */
export interface GlobalOptions {
  /** Configuration file, or the folder that has one. */
  readonly config?: string;
  /** Results as JSON. */
  readonly json?: boolean;
}

/** Options of a command with the global ones; the type says what the command has declared. */
export function optionsOf<Options>(command: Command): Options & GlobalOptions {
  return command.optsWithGlobals();
}

/** @throws AMALUR_INVALID_CONFIG and what else loadConfig throws */
export function configOf({ config }: GlobalOptions): AmalurConfig {
  return loadConfig(config ?? '.');
}

export interface Session extends Connected {
  readonly client: AmalurClient;
}

/** Does something with a connected client, and closes the connection. */
export async function withClient<T>(
  options: GlobalOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const config = knownConfig(options);
  // Loaded when needed: what is wrong with a command line, a job or a configuration is said without Temporal's client.
  const [{ connect }, { AmalurClient }] = await Promise.all([
    import('../connect.js'),
    import('../amalur-client.js'),
  ]);
  const connected = await connect(config);
  try {
    return await work({ ...connected, client: new AmalurClient(connected) });
  } finally {
    await connected.connection.close();
  }
}

/** The exchange, where this machine has a configuration that says where it is. */
export function exchangeOf(options: GlobalOptions): Store | undefined {
  const config = knownConfig(options);
  return config && openStore(config.exchange, config.s3);
}

/** A client needs no configuration: the one of this folder says where `amalur up` may have left its address, and where keys are. */
export function knownConfig(options: GlobalOptions): AmalurConfig | undefined {
  try {
    return configOf(options);
  } catch (error) {
    if (options.config !== undefined || !(error instanceof AmalurError)) throw error;
    return undefined;
  }
}
