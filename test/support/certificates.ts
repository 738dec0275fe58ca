import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../deploy/tls/make-certificates.sh', import.meta.url));

/** Where a pair is. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  readonly authority: string;
  /** `server`, or a client by name. */
  of(name: string): Pair;
}

/** Makes certificates as docs/operations.md says. */
export function makeCertificates(
  folder: string,
  serverNames: readonly string[],
  clients: readonly string[],
): Certificates {
  execFileSync('sh', [script, folder, serverNames.join(','), ...clients], { stdio: 'pipe' });
  return {
    authority: path.join(folder, 'ca.pem'),
    of: (name) => ({
      certificate: path.join(folder, `${name}.pem`),
      key: path.join(folder, `${name}.key`),
    }),
  };
}

/** The lines of PEM files that are theirs alone: none of them may be read anywhere else. */
export function linesOf(files: readonly string[]): string[] {
  return files
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line.length > 20 && !line.startsWith('-----'));
}
