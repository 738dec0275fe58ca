import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startModelServer, type ModelServer } from '../../../client/serving/model-server.js';
import { AmalurError } from '../../../core/errors.js';
import type { ServedModel } from '../../../core/serving/served-model.js';
import type { PreparedScoring, ScoringRequest } from '../../../workflows/contracts/serving.js';

const START = Date.UTC(2026, 0, 1);
/** An intercept alone. */
const model: ServedModel = {
  ...{ type: 'linear-regression', intercept: 1, base: 's.base', columns: {}, joins: [] },
  groups: [],
  ...{ parts: new Map(), links: new Map(), scores: new Map() },
};
const preparedIn = (execution: string) =>
  ({
    ...{ execution, model: 'm@1', versions: { 's.t': '1' }, columns: { n: 'number' } },
  }) as unknown as PreparedScoring;

let answer: (request: ScoringRequest) => Promise<PreparedScoring | null>;
let load: (prepared: PreparedScoring) => Promise<ServedModel>;
let asked: (string | undefined)[];
let said: string[];
let server: ModelServer;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  asked = [];
  said = [];
  answer = () => Promise.resolve(preparedIn('first'));
  load = () => Promise.resolve(model);
  server = await startModelServer({
    ...{ model: 'm', patienceMs: 20 },
    prepare(request) {
      asked.push(request.since?.execution);
      return answer(request);
    },
    load: (prepared) => load(prepared),
    say: (level, message, code) => void said.push(`${level} ${code ?? ''} ${message}`),
  });
  asked = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('why what is served is out of date is told with message and suggestion, once', async () => {
  const suggestion = 'start its worker';
  answer = () => Promise.reject(new AmalurError('AMALUR_SILO_UNAVAILABLE', 'crm is away', { suggestion }));
  await server.refresh();
  await server.refresh();
  expect(server.stale()).toMatchObject({ message: 'crm is away', suggestion });
  expect(said).toEqual([
    'WARN AMALUR_SILO_UNAVAILABLE what is served may be out of date: crm is away; start its worker',
  ]);
});

test('a question that is long in being refused is told once, not in every cycle twice', async () => {
  answer = async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    throw new AmalurError('AMALUR_SILO_UNAVAILABLE', 'crm is away');
  };
  for (let cycle = 0; cycle < 3; cycle++) await server.refresh();
  expect(said.map((line) => line.split(' ')[1])).toEqual([
    'AMALUR_SERVER_UNREACHABLE',
    'AMALUR_SILO_UNAVAILABLE',
  ]);
});

test('a defect is no server that is away, and what it quotes is not told to who asks', async () => {
  answer = () => Promise.reject(new TypeError('SECRET is no number'));
  await server.refresh();
  expect(server.stale()).toMatchObject({ code: 'AMALUR_INTERNAL' });
  expect(JSON.stringify(server.stale())).not.toContain('SECRET');
  answer = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  await server.refresh();
  expect(server.stale()).toMatchObject({ code: 'AMALUR_SERVER_UNREACHABLE' });
});

test('after a day what has changed is prepared in the name of a new execution, so that the old one can be collected', async () => {
  vi.setSystemTime(START + 86_399_000);
  await server.refresh();
  vi.setSystemTime(START + 86_401_000);
  answer = () => Promise.resolve(null);
  await server.refresh();
  answer = () => Promise.resolve(preparedIn('second'));
  await server.refresh();
  await server.refresh();
  expect(asked).toEqual(['first', undefined, undefined, 'second']);
});

test.each(['AMALUR_BLOB_MISSING', 'AMALUR_BLOB_CORRUPT'] as const)(
  'what the store has lost is prepared again at once: %s',
  async (code) => {
    const lost = new AmalurError(code, 'lost');
    load = ({ execution }) => (execution === 'first' ? Promise.reject(lost) : Promise.resolve(model));
    answer = ({ since }) => Promise.resolve(preparedIn(since?.execution ?? 'second'));
    await server.refresh();
    expect([asked, server.stale()]).toEqual([['first', undefined], undefined]);
    expect(server.served().prepared.execution).toBe('second');
    load = () => Promise.reject(lost);
    await server.refresh();
    expect([asked.length, server.stale()?.code]).toEqual([4, code]);
  },
);
