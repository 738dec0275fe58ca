import { KEY_FUNCTIONS, type KeyColumn } from '../sources/key-column.js';

/**
 * Reads `lower(trim(email))` as column `email` with trim, then lower. What is no call of a known function is the name of a
 * column, however it is spelled.
 * @param isColumn tells the table's own columns, whose names are taken as they are
 */
export function parseKeyExpression(text: string, isColumn: (name: string) => boolean): KeyColumn {
  if (isColumn(text)) return { column: text, apply: [] };
  const [, name, inner] = /^\s*([a-z]+)\s*\((.*)\)\s*$/s.exec(text) ?? [];
  const known = KEY_FUNCTIONS.find((candidate) => candidate === name);
  if (known === undefined || inner === undefined) return { column: text.trim(), apply: [] };
  const { column, apply } = parseKeyExpression(inner, isColumn);
  return { column, apply: [...apply, known] };
}

/** The `f` of what is written `f(…)`. */
export function calledFunction(text: string): string | undefined {
  return /^\s*(\w+)\s*\(.*\)\s*$/s.exec(text)?.[1];
}

/** `lower(trim(email))`. */
export function writeKeyColumn({ column, apply }: KeyColumn): string {
  return apply.reduce((text, name) => `${name}(${text})`, column);
}
