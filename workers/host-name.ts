import { hostname } from 'node:os';
import { AmalurError } from '../core/errors.js';

const NAME = /^[A-Za-z0-9_-]+$/;

/**
 * Name of a worker's host, by which its own queue is called: as asked, else what the machine is called.
 * @throws AMALUR_INVALID_CONFIG for one that makes no queue of its own
 */
export function hostName(asked: string | undefined, machine = hostname()): string {
  if (asked === undefined) return usable(machine.replaceAll(/[^A-Za-z0-9_-]/g, '-')) ?? 'host';
  const name = usable(asked);
  if (name !== undefined) return name;
  throw new AmalurError(
    'AMALUR_INVALID_CONFIG',
    'a host name has letters, digits, _ and -, and is not "probe"',
    {
      field: '--host',
      suggestion: 'choose another name, or leave it out: the default is the name of the machine',
    },
  );
}

/** `probe` is the end of the name of another queue. */
function usable(name: string): string | undefined {
  return NAME.test(name) && name !== 'probe' ? name : undefined;
}
