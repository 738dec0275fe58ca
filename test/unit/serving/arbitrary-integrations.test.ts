import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { entryOf } from '../../../core/entry-of.js';
import { buildTarget } from '../../../core/integration/build-target.js';
import { encode, type FeatureData } from '../../../core/integration/encode.js';
import type { Encoder } from '../../../core/integration/encoder.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { layOutRows, type LinkedTable } from '../../../core/integration/lay-out.js';
import { requireServable } from '../../../core/job/require-servable.js';
import { originsOf, shareId, type ResolvedJob } from '../../../core/job/resolved.js';
import { draws } from '../../../core/models/draws.js';
import { scoresOf, withOffsets } from '../../../core/models/family.js';
import { familyOf } from '../../../core/models/programs.js';
import { createScorer } from '../../../core/serving/scorer.js';
import type { ServedModel } from '../../../core/serving/served-model.js';
import { expand } from '../../../core/training/rounds.js';
import { COLUMNS, joinedScenes, sceneOf, type TableRow, type Tables } from '../../support/arbitrary-joins.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';

const BASE = 's.t0';
const TYPE = 'linear-regression';
const family = familyOf(TYPE);

/**
 * Scenes in which a row stays one row, some of whose tables supply the column `v`, and some, the base among them, an offset, in any order
 * of ownership.
 */
const scenes = fc
  .tuple(
    joinedScenes.filter(({ resolved }) => resolved.joins.every(({ matches }) => matches === 'one')),
    fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
    fc.boolean(),
  )
  .map(([{ tables, job }, order, withOffset]) => {
    const names = Object.keys(tables);
    const features = names.filter((name) => name.startsWith('s.t'));
    const shuffled = (from: readonly string[], key: number) =>
      from
        .map((name, at) => ({ name, at: (order[at] ?? at) + key * at }))
        .sort((a, b) => a.at - b.at)
        .map(({ name }) => name);
    const supply = (column: string, from: readonly string[]) => from.map((name) => `${name}.${column}`);
    const some = shuffled(features, 1).slice(0, 1 + ((order[0] ?? 0) % features.length));
    const others = shuffled(features, 3).slice(0, (order[1] ?? 0) % features.length);
    const added = others.includes(BASE) ? others : [...others, BASE];
    // A table does not publish an offset that is NULL.
    const whole: Tables = Object.fromEntries(
      Object.entries(tables).map(([name, rows]) => [
        name,
        rows.map((row) => ({ ...row, age: row.age ?? 5 })),
      ]),
    );
    const columns = { value: supply('v', some), ...(withOffset && { added: supply('age', added) }) };
    return sceneOf(whole, { ...job.integration, columns }, withOffset ? { offset: 'added' } : {});
  });

/** All that a site would have of the scene: as it is published, laid out and scored. */
function published(tables: Tables, { joins, groups, offsets = [] }: ResolvedJob) {
  const links = new Map<string, LinkedTable & { offsets?: Float64Array }>();
  const data = new Map<string, FeatureData>();
  for (const [party, rows] of Object.entries(tables)) {
    const keys = joins.flatMap((join) => {
      const own = join.party === party ? join : join.to.find((left) => left.party === party);
      const names = own?.columns.map(({ column }) => column) ?? [];
      const texts = rows.map((row) => keyText(names.map((name) => row[name as keyof TableRow])));
      return names.length === 0 ? [] : [[join.party, keyTokens(dictionaryOf(texts))] as const];
    });
    const numeric = new Map(
      COLUMNS.map((name) => [name as string, Float64Array.from(rows, (row) => row[name] ?? NaN)]),
    );
    const offset = offsets.find((one) => one.party === party)?.column;
    links.set(party, {
      ...{ rows: rows.length, keys: new Map(keys) },
      ...(offset !== undefined && { offsets: entryOf(numeric, offset) }),
    });
    data.set(party, { rows: rows.length, numeric, categorical: new Map() });
  }
  const encoders = new Map<string, Encoder>();
  const thetas = new Map<string, Dense>();
  const scores = new Map<string, Dense>();
  for (const group of groups) {
    const names = group.features.map(({ name }) => name);
    const draw = draws(group.id);
    const encoder: Encoder = {
      numeric: names.map((column, at) => ({ kind: 'numeric', column, center: draw(at, 0), scale: 0.7 })),
      categorical: [],
    };
    const theta = dense(
      names.length,
      1,
      Float64Array.from(names, (_, at) => draw(at, 1) - 0.5),
    );
    encoders.set(group.id, encoder);
    thetas.set(group.id, theta);
    for (const { party, columns } of group.shares) {
      const { rows, numeric, categorical } = entryOf(data, party);
      const named = new Map(names.map((name, at) => [name, entryOf(numeric, columns[at] ?? name)]));
      const table = encode({ rows, numeric: named, categorical }, encoder);
      scores.set(shareId(group, party), scoresOf(family, table, theta));
    }
  }
  return { links, encoders, thetas, scores };
}

/** Text of a key as its source writes it; null where a part is NULL. */
function keyText(parts: readonly (number | null)[]): string | null {
  if (parts.includes(null)) return null;
  return parts.map((part) => `${String(String(part).length)}:${String(part)}`).join('');
}

test('whatever the tables and however they come together, a base row is given what an inference gives it, to the bit', () => {
  const seen = { rows: 0, shared: 0, offsets: 0, left: 0, empty: 0 };
  fc.assert(
    fc.property(scenes, ({ tables, resolved }) => {
      const { joins, groups, offsets } = resolved;
      const { links, encoders, thetas, scores } = published(tables, resolved);
      const layout = layOutRows({ base: BASE, joins, tables: links, maxRows: 1e6 });
      const origins = originsOf(resolved).map(({ id }) => id);
      const target = buildTarget({
        ...{ layout, groups, tables: links, origins },
        ...(offsets && { offsets }),
      });
      const predicted = entryOf(
        family.predict(withOffsets(expand(target, scores), target.offsets), Float64Array.of(0.1)),
        'prediction',
      );
      const columns = { a: 'integer', b: 'integer', age: 'integer', v: 'integer', label: 'integer' } as const;
      requireServable({}, resolved, columns);
      const ofBase = groups.filter(({ shares }) => shares.some(({ party }) => party === BASE));
      const model: ServedModel = {
        ...{ type: TYPE, intercept: 0.1, base: BASE, columns, joins, groups, scores },
        ...(offsets && { offsets }),
        links: new Map([...links].filter(([party]) => party !== BASE)),
        parts: new Map(
          ofBase.map((group) => [
            shareId(group, BASE),
            { encoder: entryOf(encoders, group.id), theta: entryOf(thetas, group.id) },
          ]),
        ),
      };
      const scorer = createScorer(model);
      const rowsOfBase = [...entryOf(layout.indices, BASE)];
      (tables[BASE] ?? []).forEach((row, at) => {
        const found = rowsOfBase.indexOf(at);
        if (found < 0) {
          seen.left += 1;
          expect(() => scorer.score({ ...row })).toThrow(
            expect.objectContaining({ code: 'AMALUR_NO_MATCH' }),
          );
        } else {
          seen.rows += 1;
          expect(scorer.score({ ...row }).predicted['prediction']).toBe(predicted[found]);
        }
      });
      seen.shared += Number(groups.some(({ shares }) => shares.length > 1));
      seen.offsets += Number((offsets ?? []).length > 1);
      seen.empty += Number(joins.some(({ party }) => tables[party]?.length === 0));
    }),
    { numRuns: 500 },
  );
  // All of it was there.
  for (const [what, times] of Object.entries(seen)) expect(times, what).toBeGreaterThan(10);
});
