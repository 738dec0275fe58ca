import type { z } from 'zod';
import { AmalurError } from './errors.js';
import { isTooDeep } from './json.js';
import { knownKeys, valueAt } from './schema-keys.js';
import { didYouMean } from './suggest.js';

type Issue = z.core.$ZodIssue;

/** What a value is, and the code for a mistake in it that has no code of its own. */
const INVALID = {
  job: 'AMALUR_INVALID_JOB',
  request: 'AMALUR_INVALID_JOB',
  config: 'AMALUR_INVALID_CONFIG',
} as const;

export type ParsedThing = keyof typeof INVALID;

/**
 * Parses a value with a schema, defaults filled in. A mistake throws an AmalurError with the field's path and a suggestion:
 * AMALUR_UNKNOWN_FIELD, AMALUR_WRONG_TYPE, or AMALUR_INVALID_JOB / AMALUR_INVALID_CONFIG for all others (a field that is
 * missing, a number out of range …). Where there are several, unknown fields come first: they often cause the rest.
 */
export function parseWith<S extends z.ZodType>(schema: S, value: unknown, what: ParsedThing): z.output<S> {
  if (isTooDeep(value))
    throw new AmalurError(INVALID[what], `the ${what} has too many levels in one another`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw toAmalurError(result.error, schema, value, what);
}

export function toAmalurError(
  error: z.ZodError,
  schema: z.core.$ZodType,
  value: unknown,
  what: ParsedThing,
): AmalurError {
  const issues = error.issues.map((issue) => deepest(issue, value));
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  const first = unknown ?? issues[0];
  if (first === undefined) return new AmalurError(INVALID[what], `the ${what} is not valid`);
  const described = describe(first, schema, value, what);
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const at = described.field === '' ? '' : `${described.field}: `;
  return new AmalurError(described.code, `${at}${described.message}${more}`, {
    ...(described.field !== '' && { field: described.field }),
    ...(described.suggestion !== undefined && { suggestion: described.suggestion }),
  });
}

/** A path as people write it: `integration.joins[1].table`. Names with other characters are quoted in brackets. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = String(step);
    if (!/^[\w-]+$/.test(name)) return `${text}[${JSON.stringify(name)}]`;
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

interface Description {
  code: AmalurError['code'];
  field: string;
  message: string;
  suggestion: string | undefined;
}

function describe(issue: Issue, schema: z.core.$ZodType, value: unknown, what: ParsedThing): Description {
  const field = formatPath(issue.path);
  const found = valueAt(value, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const [key = ''] = issue.keys;
      const candidates = knownKeys(schema, issue.path, valueAt(value, []));
      return {
        code: 'AMALUR_UNKNOWN_FIELD',
        field: formatPath([...issue.path, key]),
        message: 'there is no such field',
        suggestion: didYouMean(key, candidates),
      };
    }
    case 'invalid_type':
      if (found === undefined) return missing(field, what, `expected ${article(issue.expected)}`);
      return wrongType(field, issue.expected, found);
    case 'invalid_value':
      return oneOf(field, what, issue.values, found);
    case 'invalid_union':
      if ('options' in issue) return oneOf(field, what, issue.options, found);
      if (found === undefined) return missing(field, what, undefined);
      return wrongType(field, expectedOf(issue), found);
    case 'invalid_key':
      return {
        code: INVALID[what],
        field,
        message: issue.issues[0]?.message ?? 'the name is not valid',
        suggestion: undefined,
      };
    default:
      return { code: INVALID[what], field, message: issue.message, suggestion: ownSuggestion(issue) };
  }
}

/** What a check of the schema's own says in its `params`. */
function ownSuggestion(issue: Issue): string | undefined {
  const suggestion: unknown = issue.code === 'custom' ? issue.params?.['suggestion'] : undefined;
  return typeof suggestion === 'string' ? suggestion : undefined;
}

function missing(field: string, what: ParsedThing, suggestion: string | undefined): Description {
  return { code: INVALID[what], field, message: 'the field is required and missing', suggestion };
}

function wrongType(field: string, expected: string, found: unknown): Description {
  const message = `expected ${article(expected)}, found ${article(typeName(found))}`;
  return { code: 'AMALUR_WRONG_TYPE', field, message, suggestion: writtenAs(expected, found) };
}

/** How to write a value of the type that is expected, where the mistake is in the writing. */
function writtenAs(expected: string, found: unknown): string | undefined {
  if (typeof found === 'string' && /number|int|boolean/.test(expected)) {
    return 'write it without quotation marks';
  }
  if (expected === 'array') return 'write a list: […]';
  if (expected === 'string') return 'write a text in quotation marks';
  return expected === 'object' || expected === 'record' ? 'write an object: {…}' : undefined;
}

function oneOf(field: string, what: ParsedThing, values: readonly unknown[], found: unknown): Description {
  const names = values.map(String);
  const list = `one of ${names.join(', ')}`;
  if (found === undefined) return missing(field, what, `expected ${list}`);
  if (typeof found !== 'string' && values.every((value) => typeof value === 'string')) {
    return wrongType(field, 'string', found);
  }
  return {
    code: INVALID[what],
    field,
    message: `expected ${list}`,
    suggestion: typeof found === 'string' ? didYouMean(found, names) : undefined,
  };
}

/**
 * Of a union the issue of the option that was meant: the one whose type fits, so that its mistake is inside. Unions whose options all
 * differ in type from the value stay as they are.
 */
function deepest(issue: Issue, value: unknown): Issue {
  if (issue.code !== 'invalid_union') return issue;
  for (const [first, ...rest] of issue.errors) {
    if (first === undefined || (first.path.length === 0 && first.code === 'invalid_type')) continue;
    const inner = [first, ...rest].find((candidate) => candidate.code === 'unrecognized_keys') ?? first;
    return deepest({ ...inner, path: [...issue.path, ...inner.path] }, value);
  }
  return issue;
}

function expectedOf(issue: z.core.$ZodIssueInvalidUnion): string {
  const kinds = issue.errors
    .flat()
    .map((option) => (option.code === 'invalid_type' ? option.expected : 'value'));
  return [...new Set(kinds)].join(' or ');
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isNaN(value) ? 'nan' : typeof value;
}

const PLAIN: Readonly<Record<string, string>> = {
  int: 'an integer',
  integer: 'an integer',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
  nan: 'something that is not a number',
};

function article(kind: string): string {
  return kind
    .split(' or ')
    .map((name) => PLAIN[name] ?? `a ${name}`)
    .join(' or ');
}
