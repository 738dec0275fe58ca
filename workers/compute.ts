import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { CallOptions, ComputePort } from '../activities/compute/forward.js';
import { ComputeLostError } from '../activities/failures.js';
import { errorFrom } from '../core/errors.js';
import type { StepKind } from '../core/training/journal.js';
import type { Reply, Request } from './compute-child.js';

interface Call {
  readonly request: Request;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: unknown) => void;
}

/** What is started as the child. */
interface ChildProgram {
  readonly file: string;
  readonly executable: string;
}

/** Who is told what a child does beside its answers. */
export interface ChildListener {
  readonly onStep: (kind: StepKind) => void;
  /** A line that the child, or a library in it, has written. */
  readonly onLine: (line: string) => void;
}

// Tests run this file as TypeScript, where the child is found in the build.
const childFile = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../dist/workers/compute-child.js' : './compute-child.js',
    import.meta.url,
  ),
);

/** Time between SIGTERM and SIGKILL for a child that is to stop. */
const GRACE_MS = 2000;

/**
 * The compute child of a worker: started when first needed and again after it is lost. It is given one operation at a time;
 * the others wait here. Arithmetic can't be interrupted, so cancelling the operation that the child is at ends the process,
 * and only that operation with it.
 */
export class ComputeChild implements ComputePort {
  /** The process that gets the next operation, and that is at `#current` if there is one. */
  #child: ChildProcess | undefined;
  #current: Call | undefined;
  readonly #waiting: Call[] = [];
  #next = 0;
  /** When the child was given its operation, or last told of it. */
  #heardAt = 0;
  readonly #program: ChildProgram;

  /**
   * @param program default: the compute child of this build, on this Node
   * @param listener default: what the child writes goes to this process's own standard output and error
   */
  constructor(
    private readonly childArguments: readonly string[],
    program: Partial<ChildProgram> = {},
    private readonly listener?: ChildListener,
  ) {
    this.#program = { file: childFile, executable: process.execPath, ...program };
  }

  call(operation: string, input: unknown, { signal, onProgress }: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settled = () => {
        signal.removeEventListener('abort', cancel);
      };
      const call: Call = {
        request: { id: ++this.#next, operation, input },
        onProgress,
        resolve(output) {
          settled();
          resolve(output);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      const cancel = () => {
        call.reject(signal.reason as Error);
        this.#drop(call);
      };
      if (signal.aborted) {
        cancel();
        return;
      }
      signal.addEventListener('abort', cancel);
      this.#waiting.push(call);
      this.#advance();
    });
  }

  /** Whether the child is at an operation. */
  get busy(): boolean {
    return this.#current !== undefined;
  }

  /** Milliseconds since the child has told of the operation that it is at; 0 when it is at none. */
  get silentMs(): number {
    return this.#current === undefined ? 0 : performance.now() - this.#heardAt;
  }

  /** Ends the child and all that it was to do; the next call starts another. */
  stop(): void {
    for (const call of this.#waiting.splice(0)) call.reject(new ComputeLostError('the worker stops'));
    if (this.#child) this.#lose(this.#child, 'the worker stops');
  }

  /** Gives the child the next operation when it is at none. */
  #advance(): void {
    if (this.#current) return;
    const call = this.#waiting.shift();
    if (!call) return;
    this.#current = call;
    this.#heardAt = performance.now();
    try {
      const child = this.#running();
      // One that could not be started has no channel; its `error` fails the call.
      if (child.pid === undefined) return;
      child.send(call.request, (error) => {
        if (error) this.#lose(child, error.message);
      });
    } catch (error) {
      this.#current = undefined;
      call.reject(error as Error);
      this.#advance();
    }
  }

  #running(): ChildProcess {
    if (this.#child) return this.#child;
    const { file, executable } = this.#program;
    const child = fork(file, [...this.childArguments], {
      serialization: 'advanced',
      execPath: executable,
      silent: this.listener !== undefined,
    });
    this.#child = child;
    for (const output of [child.stdout, child.stderr])
      if (output && this.listener) createInterface({ input: output }).on('line', this.listener.onLine);
    child.on('message', (reply: Reply) => {
      if (this.#child === child) this.#receive(reply);
    });
    // Each alone may be the only sign: one that can't be started doesn't exit, one that hangs while it ends only disconnects.
    const lost = () => {
      this.#lose(child, 'the computing process ended before the operation did');
    };
    child.on('exit', lost);
    child.on('disconnect', lost);
    child.on('error', ({ message }) => {
      this.#lose(child, message);
    });
    return child;
  }

  #receive(reply: Reply): void {
    const call = this.#current;
    if (reply.id !== call?.request.id) return;
    this.#heardAt = performance.now();
    if ('progress' in reply) {
      call.onProgress(reply.progress);
      return;
    }
    if ('step' in reply) {
      this.listener?.onStep(reply.step);
      return;
    }
    this.#current = undefined;
    if ('output' in reply) call.resolve(reply.output);
    else if ('failure' in reply) call.reject(errorFrom(reply.failure));
    else {
      const { message, code, stack } = reply.defect;
      call.reject(
        Object.assign(new Error(message), {
          ...(code !== undefined && { code }),
          ...(stack !== undefined && { stack }),
        }),
      );
    }
    this.#advance();
  }

  /** Forgets a call that is cancelled. */
  #drop(call: Call): void {
    if (this.#current === call) {
      if (this.#child) this.#lose(this.#child, 'cancelled');
      return;
    }
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** Ends a child or what is left of it. What it was at has failed, what waits is for the next child. */
  #lose(child: ChildProcess, why: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    const call = this.#current;
    this.#current = undefined;
    call?.reject(new ComputeLostError(why));
    this.#advance();
  }
}
