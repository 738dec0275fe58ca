import { expect, test } from 'vitest';
import { showModel } from '../../../client/cli/models.js';
import { resolvedJob } from '../../support/catalog-facts.js';

const metrics = { rows: 9, rmse: 1, mae: 1, r2: 0 };
const shown = (manifest: object) =>
  showModel({
    ...{ name: 'm', version: 1, execution: 'e', run: 'r', createdAt: '2026-11-21T12:00:00.000Z' },
    ...{ aliases: [], resolved: resolvedJob(), metrics: { train: metrics, test: metrics } },
    manifest: { type: 'linear-regression', intercept: 0.5, parts: {}, ...manifest },
  });

const blob = (sha256: string, home: 'exchange' | 'private:silo.airline' = 'exchange') => ({
  ...{ home, bytes: 1, sha256 },
});

test('every blob that a model is made of is told, with where it is', () => {
  const text = shown({
    parts: { 'airline.flights': blob('1111') },
    ...{ interactions: blob('2222'), network: blob('3333', 'private:silo.airline'), classes: blob('4444') },
  });
  expect(text).toMatch(/airline\.flights +the exchange +1 B +1111/);
  expect(text).toMatch(/products of tables +the exchange +1 B +2222/);
  expect(text).toMatch(/layers above the first +the store of silo\.airline only +1 B +3333/);
  expect(text).toMatch(/names of classes +the exchange +1 B +4444/);
});

test('an intercept is told of a model that has one alone', () => {
  expect(shown({})).toMatch(/intercept +0\.5/);
  expect(shown({ own: [] })).not.toContain('intercept');
});

test('how many parameters are not 0 is told of a model that sets some to 0', () => {
  expect(shown({ nonZero: 1234 })).toMatch(/not 0 +1,234 parameters/);
  expect(shown({})).not.toContain('not 0');
});
