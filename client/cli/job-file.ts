import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { AmalurError } from '../../core/errors.js';
import type { JobInput } from '../../core/job/schema.js';
import { withArchitecture } from '../architecture-file.js';
import { jsonErrorOffset, positionAt } from './json-position.js';

/**
 * Reads a job from a JSON or YAML file and checks all that can be checked without the catalog. What is returned is what stands in the
 * file, but for the architecture of a network, which it names: defaults are filled in by the workflow, so that every way of
 * starting a run gives it the same.
 * @throws AMALUR_INVALID_JOB with line and column, AMALUR_INVALID_NETWORK, or what parseJob throws
 */
export async function readJob(path: string): Promise<JobInput> {
  const text = await readText(path);
  const value = parseText(text, basename(path), extname(path) === '.json');
  // Loaded when needed: what is no file, or not JSON, is said without the schema of a job.
  const { parseJob } = await import('../../core/job/resolve.js');
  parseJob(value);
  return withArchitecture(value as JobInput, dirname(path));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      `the job file ${path} cannot be read: ${(error as Error).message.replace(/,.*/, '')}`,
      { suggestion: 'check the path; `amalur init` writes an example' },
      { cause: error },
    );
  }
}

/** JSON or YAML as an object. A name that stands twice is refused: only one of the two would count. */
export function parseText(text: string, file: string, isJson: boolean): unknown {
  const offset = isJson ? jsonErrorOffset(text) : undefined;
  if (offset !== undefined) {
    throw new AmalurError('AMALUR_INVALID_JOB', `${file}, ${positionAt(text, offset)}: this is not JSON`, {
      suggestion: hintAt(text, offset),
    });
  }
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    logLevel: 'silent',
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      error.code === 'DUPLICATE_KEY'
        ? `${file}, ${positionAt(text, error.pos[0])}: this field is there twice`
        : `${file}, ${positionAt(text, error.pos[0])}: this is not YAML`,
    );
  }
  return isJson ? (JSON.parse(text) as unknown) : (document.toJS() as unknown);
}

function hintAt(text: string, offset: number): string {
  const before = text.slice(0, offset).trimEnd();
  if (offset >= text.length) return 'the file ends too early: a bracket or a quotation mark is missing';
  if (before.endsWith(',')) return 'there is a comma too many before this place';
  if (/["\d\]}el]$/.test(before)) return 'a comma or a closing bracket is missing before this place';
  return 'JSON wants names and texts in double quotation marks, and has no comments';
}
