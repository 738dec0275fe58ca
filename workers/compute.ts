import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CallOptions, ComputePort } from '../activities/compute/forward.js';
import { ComputeLostError } from '../activities/failures.js';
import { errorFrom } from '../core/errors.js';
import type { Reply, Request } from './compute-child.js';

interface Call {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: unknown) => void;
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
 * The compute child of a worker: started when first needed and again after it is lost. Arithmetic in it can't be
 * interrupted, so cancelling an operation ends the process; what other operations lose by that is made again by their retry.
 */
export class ComputeChild implements ComputePort {
  #child: ChildProcess | undefined;
  #next = 0;
  readonly #calls = new Map<number, Call>();

  constructor(private readonly childArguments: readonly string[]) {}

  call(operation: string, input: unknown, { signal, onProgress }: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#next;
      const cancel = () => {
        this.#calls.delete(id);
        this.stop();
        reject(signal.reason as Error);
      };
      const settled = () => {
        signal.removeEventListener('abort', cancel);
        this.#calls.delete(id);
      };
      this.#calls.set(id, {
        onProgress,
        resolve(output) {
          settled();
          resolve(output);
        },
        reject(error) {
          settled();
          reject(error);
        },
      });
      if (signal.aborted) {
        cancel();
        return;
      }
      signal.addEventListener('abort', cancel);
      const request: Request = { id, operation, input };
      this.#running().send(request);
    });
  }

  /** Ends the child; the next call starts another. */
  stop(): void {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
    this.#lose(child);
  }

  #running(): ChildProcess {
    if (this.#child?.connected) return this.#child;
    const child = fork(childFile, [...this.childArguments], { serialization: 'advanced' });
    this.#child = child;
    child.on('message', (reply: Reply) => {
      this.#receive(reply);
    });
    child.on('exit', () => {
      if (this.#child === child) this.#child = undefined;
      this.#lose(child);
    });
    // Without a listener a failed start or send would end the worker; `exit` follows and fails the calls.
    child.on('error', () => undefined);
    return child;
  }

  #receive(reply: Reply): void {
    const call = this.#calls.get(reply.id);
    if (!call) return;
    if ('progress' in reply) call.onProgress(reply.progress);
    else if ('output' in reply) call.resolve(reply.output);
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
  }

  #lose(child: ChildProcess): void {
    if (this.#child !== undefined && this.#child !== child) return;
    for (const call of [...this.#calls.values()])
      call.reject(new ComputeLostError('the computing process ended before the operation did'));
  }
}
