import { spawn } from 'node:child_process';
import { cliFile } from './command.js';

export interface ServedProcess {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  get(path: string): Promise<Record<string, unknown>>;
  /** What a path answers, as it is. */
  text(path: string): Promise<string>;
  /** What is answered to a body that may be anything. */
  answer(body: string): Promise<string>;
  /** All that it has written to its log. */
  log(): string;
  /** Asks for rows, and gives what is said of each. */
  predict(rows: readonly object[]): Promise<readonly Record<string, unknown>[]>;
  /** Asks it to stop, and gives its exit code. */
  stop(): Promise<number | null>;
}

/** `amalur serve` as a process of its own, at a port that is free. */
export async function serveProcess(folder: string, args: readonly string[]): Promise<ServedProcess> {
  const child = spawn(process.execPath, [cliFile, 'serve', ...args, '--port', '0', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      if (text.trimEnd().endsWith('}')) resolve((JSON.parse(text) as { address: string }).address);
    });
    void ended.then((code) => reject(new Error(`it ended with ${String(code)}: ${said}`)));
  });
  const text = async (path: string, init?: RequestInit) => (await fetch(`${address}${path}`, init)).text();
  const answer = (body: string) =>
    text('/v1/predict', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return {
    ...{ address, text, answer },
    get: async (path) => JSON.parse(await text(path)) as Record<string, unknown>,
    log: () => said,
    async predict(rows) {
      const { results } = JSON.parse(await answer(JSON.stringify({ rows }))) as Record<string, unknown>;
      return results as Record<string, unknown>[];
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
