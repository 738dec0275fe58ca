import { fastify } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer, listen } from '../../../client/serving/http-server.js';
import { startModelServer, type ModelServer } from '../../../client/serving/model-server.js';
import { dense } from '../../../core/algebra/dense.js';
import { AmalurError } from '../../../core/errors.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import type { ServedModel } from '../../../core/serving/served-model.js';
import type { PreparedScoring, ScoringRequest } from '../../../workflows/contracts/serving.js';

/** What of an OpenAPI document says how answers look. */
interface Documented {
  readonly paths: Record<string, Record<string, { responses: Record<number, Answered> }>>;
  readonly components: { readonly schemas: Record<string, object> };
}
interface Answered {
  readonly content: { readonly 'application/json': { readonly schema: object } };
}

/** A regression: 1 + n + what the table s.t gives for key 7. */
function modelOf(given: number): ServedModel {
  const encoder = {
    numeric: [{ kind: 'numeric' as const, column: 'n', center: 0, scale: 1 }],
    categorical: [],
  };
  const own = { party: 's.base', columns: ['n'] };
  return {
    ...{ type: 'linear-regression', intercept: 1, base: 's.base', columns: { n: 'number', key: 'integer' } },
    joins: [
      {
        ...{ party: 's.t', scenario: 'inner', matches: 'one', field: 'integration.joins[0]' },
        to: [{ party: 's.base', columns: [{ column: 'key', apply: [] }] }],
        columns: [{ column: 'key', apply: [] }],
      },
    ],
    groups: [
      { id: 's.base', features: [{ name: 'n', encoding: 'numeric' }], shares: [own] },
      { id: 's.t', features: [], shares: [{ party: 's.t', columns: [] }] },
    ],
    parts: new Map([['s.base', { encoder, theta: dense(1, 1, Float64Array.of(1)) }]]),
    links: new Map([
      [
        's.t',
        {
          rows: 1,
          keys: new Map([['s.t', keyTokens({ codes: Int32Array.of(0), values: ['1:7'] })]]),
        },
      ],
    ]),
    scores: new Map([['s.t', dense(1, 1, Float64Array.of(given))]]),
  };
}

const preparedAs = (version: number) =>
  ({
    ...{ model: `m@${String(version)}`, name: 'm', version, execution: 'x', trainedBy: null, base: 's.base' },
    ...{
      versions: { 's.t': String(version) },
      columns: { n: 'number' },
      manifest: { type: 'linear-regression' },
    },
  }) as unknown as PreparedScoring;

let next: (request: ScoringRequest) => Promise<PreparedScoring | null>;
const said: string[] = [];
let server: ModelServer;
let app: Awaited<ReturnType<typeof createHttpServer>>;

beforeAll(async () => {
  next = () => Promise.resolve(preparedAs(1));
  server = await startModelServer({
    ...{ model: 'm', patienceMs: 50 },
    prepare: (request) => next(request),
    load: (prepared) => Promise.resolve(modelOf(10 * prepared.version)),
    say: (_level, message, code) => void said.push(`${message} ${code ?? ''}`),
  });
  app = await createHttpServer(server, '1.2.3');
});
afterAll(() => app.close());

async function post(payload: unknown, type = 'application/json') {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const answer = await app.inject({
    ...{ method: 'POST', url: '/v1/predict', headers: { 'content-type': type }, body },
  });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>(), text: answer.body };
}

describe('the HTTP interface', () => {
  test('scores one row, or several, and refuses alone the one that an inner join leaves out', async () => {
    expect(await post({ n: 2, key: 7 })).toMatchObject({
      status: 200,
      body: { model: 'm@1', predicted: { prediction: 13 }, unmatched: [] },
    });
    const { body } = await post({ rows: [{ n: 1, key: '7' }, { key: 8 }, {}] });
    const error = { code: 'AMALUR_NO_MATCH' };
    expect(body).toMatchObject({
      results: [
        { predicted: { prediction: 12 } },
        { error: { ...error, field: 'rows[1]' } },
        { error: { ...error, field: 'rows[2]' } },
      ],
    });
    expect(await post({ key: 8 })).toMatchObject({ status: 422, body: { error } });
  });

  test.each<[string, unknown, string, number, string, string?]>([
    ['no JSON', '{"n": SECRET', 'application/json', 400, 'AMALUR_INVALID_REQUEST', 'body'],
    ['nothing', '', 'application/json', 400, 'AMALUR_INVALID_REQUEST', 'body'],
    ['a list', [1], 'application/json', 400, 'AMALUR_INVALID_REQUEST', 'body'],
    [
      'a poisoned prototype',
      '{"__proto__": {"SECRET": 1}}',
      'application/json',
      400,
      'AMALUR_INVALID_REQUEST',
    ],
    ['text', 'SECRET', 'text/plain', 415, 'AMALUR_INVALID_REQUEST', 'content-type'],
    ['an unknown column', { N: 1 }, 'application/json', 400, 'AMALUR_UNKNOWN_COLUMN', 'N'],
    ['a wrong type', { n: 'SECRET', key: 7 }, 'application/json', 400, 'AMALUR_WRONG_TYPE', 'n'],
    [
      'a wrong row',
      { rows: [{ key: 7 }, 'SECRET'] },
      'application/json',
      400,
      'AMALUR_INVALID_REQUEST',
      'rows[1]',
    ],
    [
      'a wrong cell',
      { rows: [{ n: true, key: 7 }] },
      'application/json',
      400,
      'AMALUR_WRONG_TYPE',
      'rows[0].n',
    ],
    ['more beside rows', { rows: [], n: 1 }, 'application/json', 400, 'AMALUR_INVALID_REQUEST', 'n'],
    [
      'too many rows',
      { rows: Array(1001).fill({}) },
      'application/json',
      400,
      'AMALUR_INVALID_REQUEST',
      'rows',
    ],
    [
      'too large a body',
      `{"n": "${'S'.repeat(5e6)}"}`,
      'application/json',
      413,
      'AMALUR_INVALID_REQUEST',
      'body',
    ],
  ])(
    'refuses %s by code and field, and quotes no value',
    async (_what, payload, type, status, code, field) => {
      const answer = await post(payload, type);
      expect(answer).toMatchObject({ status, body: { error: { code, ...(field && { field }) } } });
      expect(answer.body['error']).toHaveProperty('suggestion');
      expect(answer.text).not.toContain('SECRET');
    },
  );

  test('looks at no more than 200 characters of a name that it does not know, and tells no more', async () => {
    const long = 'n'.repeat(4e6);
    for (const body of [{ [long]: 1 }, { rows: [], [long]: 1 }]) {
      const began = performance.now();
      const { status, body: answer } = await post(body);
      expect(performance.now() - began).toBeLessThan(500);
      const field = `${'n'.repeat(200)}…`;
      expect([status, answer]).toMatchObject([400, { error: { field, suggestion: expect.any(String) } }]);
    }
  });

  test('tells of the model and of itself', async () => {
    const get = async (url: string) => (await app.inject(url)).body;
    expect(JSON.parse(await get('/v1/model'))).toMatchObject({
      ...{ model: 'm@1', versions: { 's.t': '1' }, stale: null },
      columns: [
        { name: 'key', type: 'integer', use: ['key'] },
        { name: 'n', type: 'number', use: ['feature'] },
      ],
    });
    expect(await get('/health')).toBe('{"healthy":true}');
    expect(await get('/metrics')).toMatch(/amalur_serve_rows_total\{outcome="refused"\} 3\n/);
    expect((await app.inject('/nothing')).statusCode).toBe(404);
  });

  test('describes itself: every reference of the OpenAPI document leads somewhere, and the row has the columns', async () => {
    const text = (await app.inject('/openapi.json')).body;
    const document = JSON.parse(text) as {
      openapi: string;
      paths: object;
      components: { schemas: Record<string, { properties?: object }> };
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(['/v1/predict', '/v1/model', '/health', '/ready']);
    const { schemas } = document.components;
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(Object.keys(schemas)).toContain(name);
    }
    expect(Object.keys(schemas['Row']?.properties ?? {})).toEqual(['key', 'n']);
  });

  test('answers as it describes itself: every answer is of the schema that its path and status name', async () => {
    const document = (await app.inject('/openapi.json')).json<Documented>();
    // The validator of the server itself, which is not used for rows.
    const customOptions = { coerceTypes: false, removeAdditional: false, useDefaults: false, strict: false };
    const validator = fastify({ ajv: { customOptions } });
    validator.addSchema({ $id: 'api', ...document });
    const wrong: unknown[] = [];
    validator.post('/', (request) => {
      const { schema, answer } = request.body as { schema: object; answer: unknown };
      const text = JSON.stringify(schema).replaceAll('"#/', '"api#/');
      return { valid: request.compileValidationSchema(JSON.parse(text) as object)(answer) };
    });
    const valid = async (schema: object, answer: unknown): Promise<unknown> => {
      const checked = await validator.inject({ method: 'POST', url: '/', payload: { schema, answer } });
      return checked.json<{ valid: unknown }>().valid;
    };
    const predict = document.paths['/v1/predict']?.['post'];
    const bodies = [{ n: 2, key: 7 }, { rows: [{ key: 7 }, { key: 8 }] }, { key: 8 }, { n: true }];
    for (const body of bodies) {
      const { status, body: answer } = await post(body);
      const schema = predict?.responses[status]?.content['application/json'].schema ?? {};
      if ((await valid(schema, answer)) !== true) wrong.push(answer);
    }
    for (const page of ['/v1/model', '/health', '/ready']) {
      const answer = (await app.inject(page)).json<unknown>();
      const schema = document.paths[page]?.['get']?.responses[200]?.content['application/json'].schema ?? {};
      if ((await valid(schema, answer)) !== true) wrong.push(answer);
      // What is no answer of the path is none of the schema.
      expect(await valid(schema, { healthy: 'yes' })).toBe(false);
    }
    expect(wrong).toEqual([]);
    const row = document.components.schemas['Row'] ?? {};
    expect([await valid(row, { n: 0.5, key: '7' }), await valid(row, { n: [] })]).toEqual([true, false]);
    await validator.close();
  });

  test('waits 30 seconds for a request, not for ever', () => {
    expect(app.server.requestTimeout).toBe(30_000);
  });

  test('says that a port is taken', async () => {
    const other = await createHttpServer(server, '1');
    const { port } = new URL(await listen(other, { host: '127.0.0.1', port: 0 }));
    const again = await createHttpServer(server, '1');
    await expect(listen(again, { host: '127.0.0.1', port: Number(port) })).rejects.toMatchObject({
      ...{ code: 'AMALUR_DUPLICATE_NAME', field: '--port' },
    });
    await Promise.all([other.close(), again.close()]);
  });
});

describe('what is served', () => {
  test('stays while silos are away, says so, and follows when they are back', async () => {
    next = () => Promise.reject(new AmalurError('AMALUR_SILO_UNAVAILABLE', 'away'));
    await server.refresh();
    await server.refresh();
    expect(server.stale()).toMatchObject({ code: 'AMALUR_SILO_UNAVAILABLE' });
    expect(JSON.parse((await app.inject('/ready')).body)).toMatchObject({ stale: { message: 'away' } });
    expect(said.filter((line) => line.includes('UNAVAILABLE'))).toHaveLength(1);
    expect((await post({ n: 2, key: 7 })).body).toMatchObject({ predicted: { prediction: 13 } });

    const requests: ScoringRequest[] = [];
    next = (request) => {
      requests.push(request);
      return Promise.resolve(preparedAs(2));
    };
    await server.refresh();
    expect(requests).toEqual([
      {
        model: 'm',
        since: { execution: 'x', model: 'm@1', versions: { 's.t': '1' }, columns: { n: 'number' } },
      },
    ]);
    expect(server.stale()).toBeUndefined();
    expect((await post({ n: 2, key: 7 })).body).toMatchObject({
      model: 'm@2',
      predicted: { prediction: 23 },
    });
  });

  test('is stale while an answer is long in coming, and is swapped when it comes', async () => {
    let come: (prepared: PreparedScoring) => void = () => undefined;
    next = () => new Promise((resolve) => (come = resolve));
    const refreshed = server.refresh();
    await expect.poll(() => server.stale()?.code).toBe('AMALUR_SERVER_UNREACHABLE');
    come(preparedAs(3));
    await refreshed;
    expect([server.stale(), server.served().prepared.version]).toEqual([undefined, 3]);
  });
});
