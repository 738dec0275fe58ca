import swagger from '@fastify/swagger';
import { fastify, type FastifyInstance } from 'fastify';
import type { ListenAddress } from '../../core/config/index.js';
import { AmalurError, reportOf, type ErrorCode } from '../../core/errors.js';
import { isTaken, portTaken } from '../../workers/telemetry/port-taken.js';
import { answerRows, invalid } from './answer-rows.js';
import type { ModelServer } from './model-server.js';
import { rowSchema, SCHEMAS } from './schemas.js';
import { servingMetrics } from './serving-metrics.js';

/** Bytes that a request may have, and milliseconds that it may take to arrive. */
const MOST_BYTES = 4 * 2 ** 20;
const MOST_MS = 30_000;

const STATUS: Partial<Record<ErrorCode, number>> = {
  AMALUR_INVALID_REQUEST: 400,
  AMALUR_UNKNOWN_COLUMN: 400,
  AMALUR_WRONG_TYPE: 400,
  AMALUR_NO_MATCH: 422,
};

/** What is answered, and asked for, by the names of their schemas. */
const json = (name: string) => ({
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});
const answers = (description: string, ...names: readonly string[]) => ({
  description,
  content: {
    'application/json': {
      schema:
        names.length === 1
          ? { $ref: `#/components/schemas/${names[0] ?? ''}` }
          : { anyOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) },
    },
  },
});
const refusals = {
  400: answers('A row, or the body, is not as asked for.', 'Refusal'),
  413: answers('The body is too large.', 'Refusal'),
  415: answers('The body is no application/json.', 'Refusal'),
};

/** The HTTP interface of a model that is served; requests and answers are not logged, for they are rows. */
export async function createHttpServer(server: ModelServer, version: string): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: MOST_BYTES, requestTimeout: MOST_MS });
  const metrics = servingMetrics();
  app.removeContentTypeParser('text/plain');
  // Schemas are documents: rows are checked as the scorer reads them, so that nothing is coerced, and answers are plain JSON.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Amalur',
        version,
        description: 'Scores rows of the base table of a model that was trained over data silos.',
      },
      servers: [{ url: '/' }],
    },
  });
  app.addHook('onResponse', async (_request, reply) => {
    metrics.request(reply.statusCode, reply.elapsedTime / 1000);
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, report } = refusalOf(error);
    // Of several rows those that are left out are in the answer.
    if (report.code === 'AMALUR_NO_MATCH') metrics.rows(0, 1);
    void reply.code(status).send({ error: report });
  });
  app.setNotFoundHandler((_request, reply) => {
    const report = reportOf(invalid('there is no such path, or not by this method'));
    void reply.code(404).send({ error: report });
  });

  app.after(() => {
    app.post('/v1/predict', { schema: SCHEMA_OF_PREDICT }, (request) => {
      const { scorer, prepared } = server.served();
      const answer = answerRows(scorer, request.body);
      const results = 'many' in answer ? answer.many : [];
      const refused = results.filter((row) => 'error' in row).length;
      metrics.rows('one' in answer ? 1 : results.length - refused, refused);
      return { model: prepared.model, ...('one' in answer ? answer.one : { results }) };
    });
    app.get(
      '/v1/model',
      schemaOf('model', 'What is served, and the columns that a row is asked for.', 'Model'),
      () => describe(server),
    );
    app.get('/health', schemaOf('health', 'The process lives.', 'Live'), () => ({ healthy: true }));
    app.get(
      '/ready',
      schemaOf('ready', 'Rows are answered; stale says that silos could not be asked.', 'Ready'),
      () => ({
        ready: true,
        stale: server.stale() ?? null,
      }),
    );
    app.get('/metrics', { schema: { hide: true } }, (_request, reply) => {
      void reply.type('text/plain; version=0.0.4');
      const { prepared, loadedAt } = server.served();
      return metrics.text({
        amalur_serve_stale: server.stale() ? 1 : 0,
        amalur_serve_model_version: prepared.version,
        amalur_serve_loaded_timestamp_seconds: Date.parse(loadedAt) / 1000,
      });
    });
    app.get('/openapi.json', { schema: { hide: true } }, () => {
      const { scorer, prepared } = server.served();
      const schemas = { Row: rowSchema(prepared.base, scorer.columns), ...SCHEMAS };
      return { ...app.swagger(), components: { schemas } };
    });
  });
  await app.ready();
  return app;
}

const SCHEMA_OF_PREDICT = {
  operationId: 'predict',
  summary: 'Scores one row, or several.',
  body: { content: { 'application/json': { schema: anyOf('Row', 'Rows') } } },
  response: {
    200: answers('What is predicted.', 'Prediction', 'Predictions'),
    ...refusals,
    422: answers('The row has no match that an inner join asks for.', 'Refusal'),
  },
};

function anyOf(...names: readonly string[]) {
  return { anyOf: names.map((name) => ({ $ref: `#/components/schemas/${name}` })) };
}

function schemaOf(operationId: string, description: string, answer: string) {
  return {
    schema: { operationId, summary: description, response: { 200: { description, ...json(answer) } } },
  };
}

function describe(server: ModelServer) {
  const { scorer, prepared, loadedAt } = server.served();
  const { model, name, version, trainedBy, base, versions, manifest } = prepared;
  return {
    ...{ model, name, version, type: manifest.type, trainedBy, base, versions, loadedAt },
    ...{ checkedAt: server.checkedAt(), stale: server.stale() ?? null, columns: scorer.columns },
  };
}

/** What is refused, without a value: messages of parsers quote what they were given. */
function refusalOf(error: unknown) {
  if (error instanceof AmalurError) return { status: STATUS[error.code] ?? 500, report: reportOf(error) };
  const { statusCode: status = 500 } = error as { readonly statusCode?: number };
  if (status === 413)
    return {
      status,
      report: reportOf(invalid(`the body has more than ${String(MOST_BYTES)} bytes`, 'body')),
    };
  if (status === 415)
    return { status, report: reportOf(invalid('the body is no application/json', 'content-type')) };
  if (status >= 400 && status < 500)
    return { status, report: reportOf(invalid('the body is no JSON', 'body')) };
  return {
    status: 500,
    report: { code: 'AMALUR_INTERNAL' as const, message: 'the row could not be scored' },
  };
}

/** @throws AMALUR_DUPLICATE_NAME when the port is taken. Port 0 is any that is free. @returns where it listens */
export async function listen(app: FastifyInstance, { host, port }: ListenAddress): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? taken(port) : error;
  }
}

/** Looks before the silos are asked to prepare anything. @throws AMALUR_DUPLICATE_NAME when the port is taken */
export async function requireFreePort(address: ListenAddress): Promise<void> {
  if (await isTaken(address)) throw taken(address.port);
}

function taken(port: number): AmalurError {
  const { code, message } = portTaken(port, 'serve');
  return new AmalurError(code, message, { field: '--port', suggestion: 'choose another by --port' });
}
