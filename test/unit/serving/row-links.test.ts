import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryOf } from '../../../core/entry-of.js';
import { TOKEN_BYTES } from '../../../core/integration/key-tokens.js';
import { rowLinks } from '../../../core/serving/row-links.js';
import { joinedScenes, layOut, linkedTables, type JoinedScene } from '../../support/arbitrary-joins.js';

const BASE = 's.t0';
/** Scenes in which a row stays one row. */
const single = joinedScenes.filter(({ resolved }) =>
  resolved.joins.every(({ matches }) => matches === 'one'),
);

/** Rows that are found for a row of the base table, by party. */
function found(scene: JoinedScene, row: number): Record<string, number> {
  const tables = linkedTables(scene);
  const others = new Map([...tables].filter(([party]) => party !== BASE));
  const links = rowLinks(BASE, scene.resolved.joins, others);
  const rows = new Int32Array(links.parties.length);
  links.find((party) => {
    const { codes, tokens } = entryOf(entryOf(tables, BASE).keys, party);
    const code = codes[row]!;
    return code < 0 ? null : tokens.subarray(code * TOKEN_BYTES, (code + 1) * TOKEN_BYTES);
  }, rows);
  return Object.fromEntries(links.parties.map((party, at) => [party, rows[at]!]));
}

test('a base row finds the rows that the target table puts beside it, through any chain of joins', () => {
  fc.assert(
    fc.property(single, (scene) => {
      const { indices } = layOut(scene);
      const base = [...entryOf(indices, BASE)];
      (scene.tables[BASE] ?? []).forEach((_, row) => {
        const at = base.indexOf(row);
        const rows = found(scene, row);
        if (at >= 0) {
          for (const [party, one] of Object.entries(rows)) expect(one).toBe(entryOf(indices, party)[at]);
        } else {
          // An inner join has left it out.
          const inner = scene.resolved.joins.filter(({ scenario }) => scenario === 'inner');
          expect(inner.some(({ party }) => rows[party] === -1)).toBe(true);
        }
      });
    }),
    { numRuns: 500 },
  );
});
