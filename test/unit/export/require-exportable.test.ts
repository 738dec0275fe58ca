import { expect, test } from 'vitest';
import { requireExportable } from '../../../core/job/require-exportable.js';
import { parseJob } from '../../../core/job/resolve.js';
import { flightsJob } from '../../support/flights-job.js';

const inExchange = { home: 'exchange', kind: 'model', bytes: 1, sha256: 'a' } as const;
const job = parseJob(flightsJob);

const exported = (manifest: object, target: object = {}) => {
  requireExportable(
    { parts: { airline: inExchange }, ...manifest },
    { job: { ...job, target: { ...job.target, ...target } } },
  );
};

test('a model that predicts from cells alone is exported', () => {
  expect(() => {
    exported({});
  }).not.toThrow();
});

test.each([
  ['parts that stay', { parts: { airline: { ...inExchange, home: 'private:airline' } } }, {}, 'model'],
  ['products of tables', { interactions: inExchange }, {}, 'features.interactions'],
  ['an offset, without which its predictions would be others', {}, { offset: 'distance' }, 'target.offset'],
])('a model with %s is refused', (_what, manifest, target, field) => {
  expect(() => {
    exported(manifest, target);
  }).toThrow(expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE', field }));
});
