import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { featureBundle, readFeatures } from '../../../core/exchange/table-bundle.js';
import { fitEncoder, readAs } from '../../../core/integration/encode.js';
import { encodedColumns } from '../../../core/integration/encoder.js';
import { parseJob, resolveJob } from '../../../core/job/resolve.js';
import { openSource } from '../../../core/sources/index.js';
import { cellsOf } from '../../support/encoded-cells.js';

test('a table is encoded from its file as its job says: dates in UTC, booleans, texts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'amalur-encoding-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'visits.csv');
  await writeFile(
    path,
    [
      'id,born,seen,member,code,returned',
      '1,2000-02-29,2024-01-01T06:00:00Z,true,a,0',
      '2,1969-12-31,2024-01-01T18:00:00Z,false,b,1',
      '3,,,,,1',
      '',
    ].join('\n'),
  );
  const source = openSource(
    { name: 'visits', location: { kind: 'csv', path } },
    { field: 'silos.a.tables.b' },
  );
  const job = parseJob({
    name: 'visits',
    task: 'classification',
    target: { base: 'clinic.visits', label: { column: 'returned' } },
    features: {
      exclude: ['clinic.visits.id'],
      scale: 'none',
      encode: {
        'clinic.visits.born': { type: 'date', parts: ['year', 'month', 'day', 'weekday'], cyclic: false },
        'clinic.visits.seen': { type: 'date', parts: ['hour'] },
        'clinic.visits.member': { type: 'numeric', missing: { constant: 0 } },
        'clinic.visits.code': { type: 'hash', buckets: 2 },
      },
    },
    model: { type: 'logistic-regression' },
  });
  const { parties } = resolveJob(job, [{ silo: 'clinic', profile: await source.profile() }]);
  const features = parties[0]?.features ?? [];
  const namesOf = (form: 'numeric' | 'categorical') =>
    features.filter((feature) => readAs(feature) === form).map(({ name }) => name);
  const read = await source.read({
    numeric: namesOf('numeric'),
    categorical: namesOf('categorical'),
    keys: {},
  });
  const data = readFeatures(featureBundle(read));

  const encoder = fitEncoder(data, features, Float64Array.of(1, 1, 1), 3);
  expect(encodedColumns(encoder)).toEqual([
    ...['born:year', 'born:month', 'born:day', 'born:weekday'],
    ...['seen:hour:sin', 'seen:hour:cos', 'member', 'code#0', 'code#1'],
  ]);
  const [first, second, third] = cellsOf(data, encoder);
  // A Tuesday and a Wednesday, halfway from the mean of both.
  expect(first?.slice(0, 4)).toEqual([(2000 - 1969) / 2, -5, -1, -0.5]);
  expect(second?.slice(0, 4)).toEqual([(1969 - 2000) / 2, 5, 1, 0.5]);
  expect(first?.[4]).toBeCloseTo(1, 12);
  expect(second?.[4]).toBeCloseTo(-1, 12);
  expect([first?.[6], second?.[6]]).toEqual([1, 0]);
  expect(first?.slice(7)).not.toEqual([0, 0]);
  expect(third).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
});
