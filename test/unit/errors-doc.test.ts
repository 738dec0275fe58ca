import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ERROR_CODES } from '../../core/errors.js';

/** Code, cause and remedy of every row of the tables. */
async function documented(): Promise<string[][]> {
  const text = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `AMALUR_'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

it('docs/errors.md lists every error code once, and no other', async () => {
  const codes = (await documented()).map(([code = '']) => code.replaceAll('`', ''));
  expect([...codes].sort()).toEqual([...ERROR_CODES].sort());
});

it('docs/errors.md gives a cause and a remedy for each code', async () => {
  for (const row of await documented()) {
    expect(row, row[0]).toHaveLength(3);
    for (const cell of row) expect(cell, row[0]).not.toBe('');
  }
});
