import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseJob } from '../../core/job/resolve.js';
import { jobSchema, type Job } from '../../core/job/schema.js';

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

it('docs/jobs.md shows a fragment of a job for every scenario, and each is one', async () => {
  const text = await readFile(new URL('../../docs/jobs.md', import.meta.url), 'utf8');
  const [, scenarios = ''] = text.split('## Scenarios');
  const fragments = [...scenarios.matchAll(/```json\n([\s\S]*?)```/g)].map(
    ([, json = '']) => JSON.parse(json) as { integration: Job['integration'] },
  );
  const jobs = fragments.map((fragment) =>
    parseJob({
      name: 'fragment',
      task: 'classification',
      target: { base: 'a.patients', label: { column: 'died' } },
      model: { type: 'logistic-regression' },
      ...fragment,
    }),
  );
  const used = jobs.flatMap(({ integration: { scenario, joins } }) =>
    joins.map((join) => join.scenario ?? scenario),
  );
  expect([...new Set(used)].sort()).toEqual(['inner', 'left', 'outer', 'union']);
});
