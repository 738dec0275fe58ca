import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const list = (folder: string) => readdirSync(join(root, folder));

const JOBS = list('examples')
  .filter((entry) => !entry.includes('.'))
  .flatMap((example) => list(`examples/${example}`).map((file) => `${example}/${file}`))
  .filter((file) => file.endsWith('.json'));

const suites = ['test/integration', 'test/chaos'].flatMap((folder) =>
  list(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, folder, file), 'utf8')),
);
const guide = readFileSync(join(root, 'examples', 'README.md'), 'utf8');

test.each(JOBS)('the example job %s is run on a real server by a test and told of in the guide', (file) => {
  const name = new RegExp(`'${basename(file, '.json')}(\\.json)?'`);
  expect(suites.some((suite) => name.test(suite))).toBe(true);
  expect(guide).toContain(`\`${file}\``);
});
