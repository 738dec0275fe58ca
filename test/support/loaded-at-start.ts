import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** `import … from 'x'`, `export … from 'x'` and `import 'x'`, but not of types alone, nor what is awaited. */
const STATEMENT = /^(?:import|export) (?!type )(?:[^'";]*? from )?['"]([^'"]+)['"]/gm;

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * The packages that are loaded with a source file, each with the shortest way to it: `a.ts → b.ts → package`. What is imported when it is
 * needed (`await import`) is not among them.
 */
export function loadedAtStart(entry: string): ReadonlyMap<string, string> {
  const packages = new Map<string, string>();
  const ways = new Map([[resolve(ROOT, entry), entry]]);
  // A map is walked in the order of its entries, those that are added on the way included: breadth first.
  for (const [file, way] of ways) {
    for (const [, name = ''] of sourceOf(file).matchAll(STATEMENT)) {
      const next = resolve(dirname(file), name.replace(/\.js$/, '.ts'));
      if (!name.startsWith('.')) {
        if (!name.startsWith('node:') && !packages.has(name)) packages.set(name, `${way} → ${name}`);
      } else if (!ways.has(next)) ways.set(next, `${way} → ${next.slice(ROOT.length + 1)}`);
    }
  }
  return packages;
}

/** A `.js` that is none is made of a `.ts` or a `.tsx`. */
function sourceOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return readFileSync(`${file}x`, 'utf8');
  }
}
