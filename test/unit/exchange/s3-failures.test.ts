import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { isAbsent, isContended, isTaken, storeFailure } from '../../../core/exchange/s3/failures.js';
import { createS3Store } from '../../../core/exchange/s3/s3-store.js';
import { sha256 } from '../../../core/json.js';
import { isPassing } from '../../../core/passing-codes.js';

const AT = { bucket: 'bucket', prefix: 'some/where/' };

/** As the SDK throws what a server has answered. */
function answered(name: string, status?: number): Error {
  const error = Object.assign(new Error('canary: the key of somebody'), { name });
  return status === undefined ? error : Object.assign(error, { $metadata: { httpStatusCode: status } });
}

describe('what a server of objects says is told by a stable code', () => {
  test.each([
    ['AMALUR_STORE_MISSING', 'NoSuchBucket', 404],
    ['AMALUR_STORE_MISSING', 'PermanentRedirect', 301],
    ['AMALUR_STORE_DENIED', 'AccessDenied', 403],
    ['AMALUR_STORE_DENIED', 'Forbidden', 403],
    ['AMALUR_STORE_DENIED', 'InvalidAccessKeyId', 403],
    ['AMALUR_STORE_DENIED', 'SignatureDoesNotMatch', 403],
    ['AMALUR_STORE_DENIED', 'ExpiredToken', 400],
    ['AMALUR_STORE_DENIED', 'CredentialsProviderError', undefined],
    ['AMALUR_STORE_UNREACHABLE', 'SlowDown', 503],
    ['AMALUR_STORE_UNREACHABLE', 'ThrottlingException', 400],
    ['AMALUR_STORE_UNREACHABLE', 'RequestTimeout', 400],
    ['AMALUR_STORE_UNREACHABLE', 'InternalError', 500],
    ['AMALUR_STORE_UNREACHABLE', 'TooManyRequests', 429],
    ['AMALUR_STORE_UNREACHABLE', 'BadGateway', 502],
    ['AMALUR_STORE_UNREACHABLE', 'TimeoutError', undefined],
    // Another hand has changed or completed it meanwhile.
    ['AMALUR_STORE_UNREACHABLE', 'NoSuchUpload', 404],
    ['AMALUR_STORE_UNREACHABLE', 'PreconditionFailed', 412],
    ['AMALUR_STORE_UNREACHABLE', 'OperationAborted', 409],
    ['AMALUR_STORE_UNREACHABLE', 'ConditionalRequestConflict', 409],
    // A server that has no such operation has it no more the next time.
    ['AMALUR_STORE_UNFIT', 'NotImplemented', 501],
    ['AMALUR_STORE_UNFIT', 'InvalidRequest', 400],
    ['AMALUR_STORE_UNFIT', 'EntityTooSmall', 400],
  ] as const)('%s for %s, status %s', (code, name, status) => {
    const failure = storeFailure(answered(name, status), AT);
    expect(failure).toBeInstanceOf(AmalurError);
    expect(failure).toMatchObject({ code, suggestion: expect.stringMatching(/./) });
    expect(failure.message).toContain('bucket');
    expect(failure.message).toContain(name);
    expect(failure.message).not.toContain('canary');
    // What is over in a moment is tried again, and nothing else.
    expect(isPassing(code)).toBe(code === 'AMALUR_STORE_UNREACHABLE');
  });

  test('a connection that is refused or breaks off is told by what the system calls it', () => {
    const refused = Object.assign(answered('Error'), { code: 'ECONNREFUSED' });
    expect(storeFailure(refused, AT)).toMatchObject({ code: 'AMALUR_STORE_UNREACHABLE' });
    expect(storeFailure(refused, AT).message).toContain('(ECONNREFUSED)');
  });

  test('an error of our own stays what it is', () => {
    const own = new AmalurError('AMALUR_BLOB_MISSING', 'no blob');
    expect(storeFailure(own, AT)).toBe(own);
  });

  test('absent, taken and contended are told apart, and a bucket that is not there from an object', () => {
    const kinds = (name: string, status: number) =>
      [isAbsent, isTaken, isContended].map((is) => is(answered(name, status)));
    expect(kinds('NoSuchKey', 404)).toEqual([true, false, false]);
    expect(kinds('NoSuchBucket', 404)).toEqual([false, false, false]);
    expect(kinds('PreconditionFailed', 412)).toEqual([false, true, false]);
    expect(kinds('ConditionalRequestConflict', 409)).toEqual([false, false, true]);
  });
});

describe('an upload in parts', () => {
  const PART = 16;
  type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;
  const seen: string[] = [];
  const kept = process.env;
  let answers: Answer;
  let stop: () => void;
  let endpoint = '';

  /** Answers as S3 does, but for what a test answers itself. */
  beforeEach(async () => {
    seen.length = 0;
    process.env = { ...kept, AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://s3');
      const part = url.searchParams.get('partNumber');
      request.resume().on('end', () => {
        const what = part ?? (url.searchParams.has('uploads') ? 'begin' : 'whole');
        seen.push(`${request.method ?? ''} ${what}`);
        if (answers(request, response, url)) return;
        const probe = url.pathname.endsWith('probe');
        if (request.method === 'HEAD') response.writeHead(404).end();
        else if (probe) failed(response, 412, 'PreconditionFailed');
        else if (what === 'begin')
          response.end(
            '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
          );
        else if (request.method === 'POST')
          response.end('<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>');
        else response.writeHead(request.method === 'DELETE' ? 204 : 200, { ETag: '"e"' }).end();
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
  });
  afterEach(() => {
    stop();
    process.env = kept;
  });

  function failed(response: ServerResponse, status: number, code: string): true {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>canary</Message></Error>`);
    return true;
  }

  /** Six parts. @returns how storing them ends */
  const put = () =>
    createS3Store(AT, { endpoint, forcePathStyle: true }, PART)
      .put(Buffer.alloc(6 * PART - 3, 'x'))
      .then(
        (hash) => hash,
        (error: unknown) => error,
      );
  const aborted = () => seen.filter((one) => one.startsWith('DELETE')).length;

  test('is complete when all parts are', async () => {
    answers = () => false;
    expect(await put()).toBe(sha256(Buffer.alloc(6 * PART - 3, 'x')));
    expect(seen.filter((one) => /^PUT \d/.test(one)).sort()).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => `PUT ${String(n)}`),
    );
    expect(aborted()).toBe(0);
  });

  test.each([
    [403, 'AccessDenied', 'AMALUR_STORE_DENIED'],
    [404, 'NoSuchUpload', 'AMALUR_STORE_UNREACHABLE'],
    [400, 'EntityTooSmall', 'AMALUR_STORE_UNFIT'],
  ])('of which a part ends with %s %s is given up, and says %s', async (status, name, code) => {
    answers = (_request, response, url) =>
      url.searchParams.get('partNumber') === '3' && failed(response, status, name);
    expect(await put()).toMatchObject({ code });
    expect(aborted()).toBe(1);
    expect(seen.filter((one) => one === 'POST whole')).toEqual([]);
  });

  test('whose completion fails is given up too, and that it cannot be given up hides nothing', async () => {
    answers = (request, response, url) =>
      url.searchParams.has('uploadId') &&
      ((request.method === 'POST' && failed(response, 404, 'NoSuchUpload')) ||
        (request.method === 'DELETE' && failed(response, 403, 'AccessDenied')));
    expect(await put()).toMatchObject({ code: 'AMALUR_STORE_UNREACHABLE' });
    expect(aborted()).toBe(1);
  });
});
