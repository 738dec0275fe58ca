import { connect } from 'node:net';
import { bareHost, type ListenAddress } from '../../core/config/address.js';
import { AmalurError } from '../../core/errors.js';

/** @param what `metrics` or `health`: the option that chooses the port is named by it */
export function portTaken(port: number, what: string): AmalurError {
  return new AmalurError('AMALUR_DUPLICATE_NAME', `port ${port} is in use`, {
    field: `--${what}-port`,
    suggestion: 'choose another, or leave the option out',
  });
}

/** Who listens at every address of a host is found at that of the machine itself. */
const LOCAL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/**
 * Looks whether somebody listens there: the SDK's exporter says nothing of a port that it does not get.
 * @throws AMALUR_DUPLICATE_NAME
 */
export async function requireFree(address: ListenAddress, what: string): Promise<void> {
  if (await isTaken(address)) throw portTaken(address.port, what);
}

/** Whether somebody listens there. */
export async function isTaken(address: ListenAddress): Promise<boolean> {
  const bare = bareHost(address);
  return new Promise((resolve) => {
    const socket = connect({ host: LOCAL[bare] ?? bare, port: address.port, timeout: 1000 });
    const answer = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('connect', answer(true)).on('error', answer(false)).on('timeout', answer(false));
  });
}
