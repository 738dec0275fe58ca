import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../../client/serving/http-server.js';
import { startModelServer } from '../../../client/serving/model-server.js';
import { dense } from '../../../core/algebra/dense.js';
import { entryOf } from '../../../core/entry-of.js';
import { keyTokens, type KeyTokens } from '../../../core/integration/key-tokens.js';
import type { JobInput } from '../../../core/job/schema.js';
import { createScorer } from '../../../core/serving/scorer.js';
import type { ServedModel } from '../../../core/serving/served-model.js';
import type { PreparedScoring } from '../../../workflows/contracts/serving.js';
import { servedTables, someTables } from '../../support/served-tables.js';
import { smallSpec } from '../../support/small-models.js';

let folder: string;
let model: ServedModel;
let app: Awaited<ReturnType<typeof createHttpServer>>;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur bad rows '));
  const job: JobInput = {
    ...{ name: 'served', task: 'regression' },
    model: { type: 'linear-regression' },
    target: { base: 's.fact', label: { column: 'label' }, rowKey: ['id'] },
    integration: {
      joins: [
        { table: 'p.people', on: [{ base: 'person', table: 'key' }] },
        { table: 'p.cities', to: 'p.people', on: [{ base: 'city', table: 'name' }] },
        { table: 'w.shops', on: [{ base: 'lower(alphanumeric(shop))', table: 'code' }] },
      ],
    },
    features: { exclude: ['s.fact.id', 's.fact.person'] },
  };
  const tables = someTables('orders of a bad day');
  ({ model } = await servedTables(folder, tables, job, smallSpec('linear-regression')));
  const prepared = { model: 'm@1', name: 'm', version: 1, base: 's.fact' } as unknown as PreparedScoring;
  const server = await startModelServer({
    ...{ model: 'm', patienceMs: 50, say: () => undefined },
    prepare: () => Promise.resolve(prepared),
    load: () => Promise.resolve(model),
  });
  app = await createHttpServer(server, '1');
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(body: string) {
  const headers = { 'content-type': 'application/json' };
  const answer = await app.inject({ method: 'POST', url: '/v1/predict', headers, body });
  return {
    status: answer.statusCode,
    body: answer.json<Record<string, unknown>>(),
    size: answer.body.length,
  };
}

describe('a row that is not as asked for', () => {
  test.each<[string, string, string, string?]>([
    ['a key that is a word', '{"person": "seven"}', 'AMALUR_WRONG_TYPE', 'person'],
    ['a key that is a truth value', '{"person": true}', 'AMALUR_WRONG_TYPE', 'person'],
    ['a key that is a list', '{"person": [7]}', 'AMALUR_WRONG_TYPE', 'person'],
    ['a key that is an object', '{"person": {}}', 'AMALUR_WRONG_TYPE', 'person'],
    ['a key that is a fraction', '{"person": 1.5}', 'AMALUR_WRONG_TYPE', 'person'],
    ['a key of text that is a number', '{"shop": 5}', 'AMALUR_WRONG_TYPE', 'shop'],
    ['a number without bounds', '{"amount": 1e999}', 'AMALUR_WRONG_TYPE', 'amount'],
    ['NaN as text', '{"amount": "NaN"}', 'AMALUR_WRONG_TYPE', 'amount'],
    ['Infinity as text', '{"amount": "-Infinity"}', 'AMALUR_WRONG_TYPE', 'amount'],
    ['NaN', '{"amount": NaN}', 'AMALUR_INVALID_REQUEST', 'body'],
    ['Infinity', '{"amount": -Infinity}', 'AMALUR_INVALID_REQUEST', 'body'],
    ['a prototype in a row', '{"rows": [{"__proto__": {"amount": 1}}]}', 'AMALUR_INVALID_REQUEST'],
    ['a prototype that is no object', '{"__proto__": 1}', 'AMALUR_INVALID_REQUEST'],
    ['a column that all objects have', '{"hasOwnProperty": 1}', 'AMALUR_UNKNOWN_COLUMN', 'hasOwnProperty'],
    [
      'a list that is very deep',
      `{"word": ${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
      'AMALUR_WRONG_TYPE',
      'word',
    ],
    [
      'objects that are very deep',
      `${'{"rows":'.repeat(4e5)}1${'}'.repeat(4e5)}`,
      'AMALUR_UNKNOWN_COLUMN',
      'rows',
    ],
  ])('is refused: %s', async (_what, body, code, field) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, ...(field && { field }) } } });
    expect(answer.size).toBeLessThan(1000);
  });

  test('of a name that stands twice the last counts', async () => {
    const twice = await post('{"amount": "wrong", "word": "x", "amount": 7}');
    expect(twice).toEqual(await post('{"amount": 7, "word": "x"}'));
    expect(twice.status).toBe(200);
  });

  test('texts of three million characters, or of no whole character, are texts that nobody has', async () => {
    const unknown = await post('{"word": "unheard of", "shop": "unheard of"}');
    for (const text of ['Ab'.repeat(1.5e6), '\u{10400}'.repeat(7e5), '\\ud800', '\\u0000']) {
      expect(await post(`{"word": "${text}", "shop": "unheard of"}`)).toEqual(unknown);
      expect(await post(`{"word": "unheard of", "shop": "${text}"}`)).toEqual(unknown);
    }
    expect(unknown).toMatchObject({ status: 200, body: { unmatched: ['p.people', 'p.cities', 'w.shops'] } });
  });

  test('a thousand rows are answered, and none', async () => {
    const { body } = await post(JSON.stringify({ rows: Array(1000).fill({ person: 1 }) }));
    expect(body['results']).toHaveLength(1000);
    expect((await post('{"rows": []}')).body).toEqual({ model: 'm@1', results: [] });
  });
});

describe('a table that has become', () => {
  const none = keyTokens({ codes: new Int32Array(0), values: [] });
  const one = keyTokens({ codes: Int32Array.of(0), values: ['1:1'] });
  const nulls = keyTokens({ codes: Int32Array.of(-1, -1), values: [] });
  const withPeople = (rows: number, keys: KeyTokens, cities: KeyTokens): ServedModel => ({
    ...model,
    links: new Map([
      ...model.links,
      [
        'p.people',
        {
          rows,
          keys: new Map([
            ['p.people', keys],
            ['p.cities', cities],
          ]),
        },
      ],
    ]),
    scores: new Map([...model.scores, ['p.people', dense(rows, 1, new Float64Array(rows).fill(100))]]),
  });
  const unmatched = ['p.people', 'p.cities'];
  const score = (changed: ServedModel) => createScorer(changed).score({ person: 1, shop: 'A-1' });

  test.each<[string, number, KeyTokens]>([
    ['empty', 0, none],
    ['one of keys that are all NULL', 2, nulls],
  ])('%s has no row for any key', (_what, rows, keys) => {
    expect(score(withPeople(rows, keys, keys))).toEqual({
      ...createScorer(model).score({ person: 777, shop: 'A-1' }),
      unmatched,
    });
  });

  test('one row has that for its key', () => {
    const { predicted, unmatched: without } = score(withPeople(1, one, nulls));
    const alone = createScorer(model).score({ shop: 'A-1' }).predicted['prediction'] as number;
    expect(predicted['prediction']).toBeCloseTo(alone + 100, 9);
    expect(without).toEqual(['p.cities']);
    expect(entryOf(model.links, 'p.people').rows).toBe(7);
  });
});
