import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { AmalurError } from '../errors.js';
import { formatPath } from '../parse-with.js';

/**
 * Reads YAML, or JSON, which is YAML too. A name that stands twice in one object throws AMALUR_DUPLICATE_NAME with its path; text that is not
 * YAML throws AMALUR_INVALID_CONFIG with its line, without quoting it: it may hold a password.
 */
export function readYaml(text: string, file: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new AmalurError('AMALUR_INVALID_CONFIG', `${file}, line ${line}, column ${col}: this is not YAML`);
  }
  visit(document, {
    Map(_key, map, ancestors) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(key);
        if (seen.has(name)) {
          const field = formatPath([...pathTo(ancestors, map), name]);
          const at = isScalar(key) && key.range ? `line ${lineCounter.linePos(key.range[0]).line}: ` : '';
          throw new AmalurError('AMALUR_DUPLICATE_NAME', `${file}, ${at}${field} is there twice`, {
            field,
            suggestion: 'give one of the two another name, or remove it',
          });
        }
        seen.add(name);
      }
    },
  });
  return document.toJS() as unknown;
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

/** The path of a node: names of the pairs above it, and its places in sequences. */
function pathTo(ancestors: readonly unknown[], node: unknown): PropertyKey[] {
  const line = [...ancestors, node];
  return line.flatMap((one, i): PropertyKey[] => {
    if (isPair(one)) return [nameOf(one.key)];
    return isSeq(one) && !isMap(one) ? [one.items.indexOf(line[i + 1])] : [];
  });
}
