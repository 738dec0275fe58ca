import { AmalurError } from '../errors.js';

/** Where a worker listens, for those who watch it. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The host as sockets take it: an IPv6 address without the brackets that tell it from the port. */
export function bareHost({ host }: ListenAddress): string {
  return host.replace(/^\[|\]$/g, '');
}

/**
 * Reads `PORT` or `HOST:PORT`; a port alone is one of this machine only. Nothing, `0` and `off` are no address.
 * @throws AMALUR_INVALID_CONFIG
 */
export function parseListenAddress(
  text: string | number | undefined,
  field: string,
): ListenAddress | undefined {
  const written = String(text ?? '').trim();
  if (written === '' || written === '0' || written === 'off') return undefined;
  const [, host = '127.0.0.1', digits] = /^(?:(\[[0-9a-fA-F:.]+\]|[^:\s]+):)?(\d{1,5})$/.exec(written) ?? [];
  const port = Number(digits);
  if (digits !== undefined && port > 0 && port < 65_536) return { host, port };
  throw new AmalurError('AMALUR_INVALID_CONFIG', `${field} is neither a port nor host:port`, {
    field,
    suggestion: 'write a port from 1 to 65535, or 0.0.0.0:PORT to be reached from other hosts',
  });
}
