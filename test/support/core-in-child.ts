import { fork, type ChildProcess } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..', '..');

/**
 * Copies modules of core/ (paths from the root, without imports of packages) as JavaScript into `folder`, so that plain Node can
 * run them: for tests whose guarantee holds between processes.
 */
export async function transpileTo(folder: string, modules: readonly string[]): Promise<void> {
  await writeFile(await prepared(join(folder, 'package.json')), '{"type":"module"}');
  for (const module of modules) {
    const source = await readFile(join(root, module), 'utf8');
    const options = {
      module: ts.ModuleKind.ES2022,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(source, { compilerOptions: options });
    await writeFile(await prepared(join(folder, module.replace(/\.ts$/, '.js'))), outputText);
  }
}

/** Starts a script and waits for it; returns all messages that it sent. */
export async function runChild(script: string, args: readonly string[]): Promise<unknown[]> {
  const child: ChildProcess = fork(script, [...args], { stdio: 'inherit' });
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  const code = await new Promise((done, failed) => child.once('exit', done).once('error', failed));
  if (code !== 0) throw new Error(`child ended with ${String(code)}`);
  return messages;
}

async function prepared(file: string): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  return file;
}
