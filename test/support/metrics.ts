import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';

/** The first of so many ports in a row that nobody uses. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const first = await getPort({ host: '127.0.0.1' });
    const rest = Array.from({ length: count - 1 }, (_, at) => first + 1 + at);
    if (first + count > 65_535) continue;
    const free = await Promise.all(
      rest.map(async (port) => (await getPort({ port, host: '127.0.0.1' })) === port),
    );
    if (free.every(Boolean)) return first;
  }
}

/** The names of all metrics that the dashboard asks for. */
export async function namesInDashboard(): Promise<string[]> {
  const file = fileURLToPath(new URL('../../deploy/grafana/amalur.json', import.meta.url));
  const text = await readFile(file, 'utf8');
  const names = [...text.matchAll(/\b(?:amalur|temporal)_[a-z_]+/g)].map(([name]) => name);
  return [...new Set(names)].sort();
}

/** The names of the series of a page of metrics, `_sum`, `_count` and `_bucket` of a histogram included. */
export function namesIn(page: string): string[] {
  const names = [...page.matchAll(/^([a-z_]+)[{ ]/gm)].map(([, name = '']) => name);
  return [...new Set(names)].sort();
}
