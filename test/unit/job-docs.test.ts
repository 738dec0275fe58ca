import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJob } from '../../core/job/resolve.js';
import { jobSchema } from '../../core/job/schema.js';

interface Generator {
  generatedFiles: (schema: unknown) => Promise<Map<string, string>>;
}

it('docs/jobs.md and docs/job.schema.json say what the schema says', async () => {
  const { generatedFiles } = (await import(
    new URL('../../scripts/docs/generated-files.mjs', import.meta.url).href
  )) as Generator;
  const files = await generatedFiles(z.toJSONSchema(jobSchema, { io: 'input' }));
  expect([...files.keys()].map((file) => basename(file))).toEqual(['jobs.md', 'job.schema.json']);
  for (const [file, text] of files) {
    expect(await readFile(file, 'utf8'), 'stale: run node scripts/generate-docs.mjs after a build').toBe(
      text,
    );
  }
});

it('docs/jobs.md names every field, and its example is a job', async () => {
  const text = await readFile(new URL('../../docs/jobs.md', import.meta.url), 'utf8');
  for (const field of [
    'target.label.atLeast',
    'integration.joins[].on',
    'features.encode',
    'model.batchSize',
    'constraints.maxSeconds',
  ]) {
    expect(text).toContain(`\`${field}\``);
  }
  const example = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  expect(parseJob(JSON.parse(example)).name).toBe('late-arrivals');
});
