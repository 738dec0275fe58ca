import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { StarSet } from './hamlet/star-set.js';
import type { Clock } from './measure.js';
import type { Problem } from './problem.js';

/** Writes what bench/peers/ read: problem.txt and raw arrays in this machine's byte order. */
export async function writeProblem(
  folder: string,
  { fact, dimensions, rows }: StarSet,
  problem: Problem,
  iterations: number,
): Promise<void> {
  const save = (name: string, array: Float64Array | Int32Array) =>
    writeFile(join(folder, name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  const sources = [
    ...(fact === undefined
      ? []
      : [{ table: 'dense' in fact ? fact.dense : fact.sparse, index: undefined as Int32Array | undefined }]),
    ...dimensions,
  ];
  const lines = [
    `${rows} ${problem.materialized.columns} ${iterations} ${problem.centres.columns} ${sources.length} ${problem.step}`,
  ];
  for (const [s, { table, index }] of sources.entries()) {
    lines.push(`${table.rows} ${table.columns} ${'data' in table ? 1 : 0}`);
    if ('data' in table) await save(`${s}.values`, table.data);
    else {
      await save(`${s}.starts`, table.rowStarts);
      await save(`${s}.cols`, table.columnIndices);
      if (table.values !== undefined) await save(`${s}.values`, table.values);
    }
    if (index !== undefined) await save(`${s}.index`, index);
  }
  await writeFile(join(folder, 'problem.txt'), `${lines.join('\n')}\n`);
  for (const name of ['labels', 'classes', 'subset'] as const) await save(name, problem[name]);
  for (const name of ['centres', 'w', 'h', 'x1', 'x5', 'y1', 'y5'] as const)
    await save(name, problem[name].data);
}

/** A peer in a process of its own, which waits while others run. */
export class Peer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly reader: Interface,
    private readonly folder: string,
  ) {}

  static start(command: string, args: readonly string[], folder: string, clock: Clock): Peer {
    const child = spawn(command, [...args, folder, clock], { stdio: ['pipe', 'pipe', 'inherit'] });
    const reader = createInterface({ input: child.stdout });
    return new Peer(child, reader[Symbol.asyncIterator](), reader, folder);
  }

  /** The next line of its output. @throws Error if it ended instead */
  async line(): Promise<string> {
    const next = await this.lines.next();
    if (next.done === true) throw new Error(`a peer ended with code ${this.child.exitCode}`);
    return next.value;
  }

  /** Milliseconds of one run; null if it does not do this. */
  async measure(operation: string, repetitions: number): Promise<number | null> {
    this.child.stdin?.write(`${operation} ${repetitions}\n`);
    const answer = await this.line();
    return answer === 'null' ? null : Number(answer);
  }

  /** What it computes; undefined if it does not do this. */
  async result(operation: string, file: string): Promise<Float64Array | undefined> {
    this.child.stdin?.write(`${operation} 0\n`);
    if ((await this.line()) === 'null') return undefined;
    const bytes = await readFile(join(this.folder, file));
    return new Float64Array(new Uint8Array(bytes).buffer);
  }

  async stop(): Promise<void> {
    this.reader.close();
    this.child.stdin?.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }
}

/** The C peer, compiled into the folder; a string says why there is none. */
export function startC(sources: string, folder: string, clock: Clock): Peer | string {
  const compiler = [process.env['CC'], 'cc', 'gcc', 'clang'].find(
    (name) => name !== undefined && onPath(name),
  );
  if (compiler === undefined) return 'no C compiler (cc, gcc, clang or $CC)';
  const binary = join(folder, 'kernels');
  const { status, stderr } = spawnSync(compiler, ['-O3', '-o', binary, join(sources, 'kernels.c'), '-lm'], {
    encoding: 'utf8',
  });
  return status === 0 ? Peer.start(binary, [], folder, clock) : `${compiler} failed: ${stderr}`;
}

/** The Python peer with a line of its versions; a string says why there is none. */
export async function startPython(
  sources: string,
  folder: string,
  clock: Clock,
): Promise<{ peer: Peer; versions: string } | string> {
  const python = process.env['AMALUR_PYTHON'] ?? 'python3';
  const { status, error } = spawnSync(python, ['-c', 'import numpy, scipy'], { stdio: 'ignore' });
  if (error !== undefined) return `${python} is not there; AMALUR_PYTHON names another`;
  if (status !== 0)
    return `${python} lacks NumPy or SciPy: ${python} -m pip install -r bench/peers/requirements.txt, or AMALUR_PYTHON`;
  const peer = Peer.start(python, [join(sources, 'scipy_peer.py')], folder, clock);
  return { peer, versions: await peer.line() };
}

const onPath = (name: string) =>
  existsSync(name) ||
  (process.env['PATH'] ?? '').split(delimiter).some((part) => existsSync(join(part, name)));
