import { readFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { inRoot } from '../setup/locations.mjs';
import { renderJobReference } from './job-reference.mjs';

/** Every generated file of docs/ with its text, from the JSON Schema of a job. */
export async function generatedFiles(jobSchema) {
  const example = await readFile(inRoot('examples', 'late-flights', 'late-arrivals.json'), 'utf8');
  const scenarios = await readFile(inRoot('scripts', 'docs', 'scenarios.md'), 'utf8');
  const file = inRoot('docs', 'job.schema.json');
  const schema = { title: 'Amalur job', ...jobSchema };
  return new Map([
    [inRoot('docs', 'jobs.md'), renderJobReference(jobSchema, example, scenarios)],
    [file, await format(JSON.stringify(schema), { ...(await resolveConfig(file)), parser: 'json' })],
  ]);
}
