import { AmalurError } from '../errors.js';
import { formatPath } from '../parse-with.js';

/** Replaces `${NAME}` in all texts of a value by the environment's. A variable that is not set throws AMALUR_INVALID_CONFIG. */
export function expandEnvironment(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: readonly PropertyKey[] = [],
): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_match, name: string) => {
      const found = environment[name];
      if (found !== undefined) return found;
      const field = formatPath(path);
      throw new AmalurError(
        'AMALUR_INVALID_CONFIG',
        `${field}: the environment variable ${name} is not set`,
        {
          field,
          suggestion: `set ${name} where this process starts`,
        },
      );
    });
  }
  if (Array.isArray(value)) return value.map((item, i) => expandEnvironment(item, environment, [...path, i]));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name, expandEnvironment(member, environment, [...path, name])]),
  );
}
