import { AmalurError } from '../../core/errors.js';

/** @param what `metrics` or `health`: the option that chooses the port is named by it */
export function portTaken(port: number, what: string): AmalurError {
  return new AmalurError('AMALUR_DUPLICATE_NAME', `port ${port} is in use`, {
    field: `--${what}-port`,
    suggestion: 'choose another, or leave the option out',
  });
}
