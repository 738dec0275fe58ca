// A vendor's own download: verified by checksum, and given up soon where the network does not reach it.
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { verify } from './files.mjs';
import { megabytes, withProgress } from './report.mjs';

const connectMs = 5_000;
const stallMs = 20_000;

export async function download(step, url, to, sha256) {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), connectMs);
  let bytes = 0;
  const watch = new Transform({
    transform(chunk, _encoding, done) {
      bytes += chunk.length;
      timer.refresh();
      done(null, chunk);
    },
  });
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP status ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), stallMs);
    const source = Readable.fromWeb(response.body);
    await withProgress(
      step,
      () => megabytes(bytes),
      () => pipeline(source, watch, createWriteStream(to)),
    );
  } catch (error) {
    throw new Error(abort.signal.aborted ? 'not reached in time' : (error.cause?.code ?? error.message));
  } finally {
    clearTimeout(timer);
  }
  await verify(to, sha256);
}
