import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { devNull } from 'node:os';
import { AmalurError } from '../core/errors.js';
import type { ServerAccess } from './run-workers.js';

type ConnectionOptions = ReturnType<typeof toClientOptions>;

/**
 * The Temporal server by TEMPORAL_ADDRESS, TEMPORAL_PROFILE, … as the Temporal CLI reads them; default localhost:7233.
 * @throws AMALUR_SERVER_UNREACHABLE when the profile, or a certificate or key that it names, cannot be read
 */
export function serverAccess(): ServerAccess {
  const { connectionOptions, namespace } = readProfile();
  const { address, apiKey, tls, metadata } = connectionOptions;
  return {
    connection: {
      ...(address !== undefined && { address }),
      ...(apiKey !== undefined && { apiKey }),
      ...(tls !== undefined && { tls }),
      ...(metadata !== undefined && { metadata }),
    },
    namespace: namespace ?? 'default',
  };
}

function readProfile(): ConnectionOptions {
  // A local installation names no file to keep the person's own profiles out; the library can't read an empty one.
  const disableFile = process.env.TEMPORAL_CONFIG_FILE === devNull;
  try {
    const profile = loadClientConfigProfile({ disableFile, overrideEnvVars: nonEmpty(process.env) });
    const { clientCert, clientKey } = profile.tls ?? {};
    // The library would leave out the one without the other, and the server refuse without a word why.
    if ((clientCert === undefined) !== (clientKey === undefined)) {
      throw new Error(
        `it names a client's ${clientCert ? 'certificate without its key' : 'key without its certificate'}`,
      );
    }
    return toClientOptions(profile);
  } catch (error) {
    throw unreadable(error);
  }
}

/** An empty variable says nothing: containers are given those that nobody has set. Of a header it says that there is none. */
function nonEmpty(environment: NodeJS.ProcessEnv): Record<string, string> {
  const said = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      (entry[1] !== '' || !entry[0].startsWith('TEMPORAL_') || entry[0].startsWith('TEMPORAL_GRPC_META_')),
  );
  return Object.fromEntries(said);
}

/** Without what was thrown: a parser quotes the line at which it fails, and that may hold a key. */
function unreadable(error: unknown): AmalurError {
  const place = error as { readonly line?: unknown; readonly column?: unknown; readonly message: string };
  const why =
    typeof place.line === 'number'
      ? `line ${place.line}, column ${String(place.column)} is not TOML`
      : place.message;
  return new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    `the profile of the Temporal server cannot be read: ${why}`,
    { suggestion: 'check TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE and what they name' },
  );
}
