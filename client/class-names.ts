/** How classes are called: by name where names can be read, else by code. */
export function classNamer(names: readonly string[] | undefined): (code: number) => string {
  return (code) => names?.[code] ?? `class ${String(code)}`;
}

/** What all other classes together are called. */
export const OTHERS = '(all others)';
