import type { LogLevel } from '@temporalio/common';
import { AmalurError } from '../../core/errors.js';
import type { LogFormat } from './log-line.js';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const FORMATS = ['json', 'text'] as const;

/**
 * `AMALUR_LOG` and `AMALUR_LOG_FORMAT`. Default: from info on; text at a terminal, JSON elsewhere.
 * @throws AMALUR_INVALID_CONFIG for other values
 */
export function logSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  atTerminal: boolean = process.stderr.isTTY,
): LogSettings {
  const level = oneOf(LEVELS, 'AMALUR_LOG', environment) ?? 'info';
  const format = oneOf(FORMATS, 'AMALUR_LOG_FORMAT', environment) ?? (atTerminal ? 'text' : 'json');
  return { level: level.toUpperCase() as Uppercase<typeof level>, format };
}

function oneOf<T extends string>(
  known: readonly T[],
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): T | undefined {
  const given = environment[name] ?? '';
  if (given === '') return undefined;
  const found = known.find((one) => one === given.toLowerCase());
  if (found !== undefined) return found;
  throw new AmalurError('AMALUR_INVALID_CONFIG', `${name} is none of ${known.join(', ')}`, {
    field: name,
    suggestion: `set it to one of ${known.join(', ')}, or leave it out`,
  });
}
