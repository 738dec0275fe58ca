import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf } from '../support/markdown.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = await readdir(root);
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((name) => names.includes(name)),
  ...(await readdir(resolve(root, 'docs'), { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll(sep, '/')}`)
    .sort(),
];

/** Whether a path exists in just this spelling: some file systems do not tell case apart, GitHub does. */
async function exists(path: string): Promise<boolean> {
  if (path === resolve(root)) return true;
  const siblings = await readdir(dirname(path)).catch((): string[] => []);
  return siblings.includes(basename(path)) && (await exists(dirname(path)));
}

/** What is wrong with a link; undefined if nothing is. */
async function complaint(page: string, target: string): Promise<string | undefined> {
  // Elsewhere on the web: not ours to keep.
  if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined;
  const [path = '', fragment] = decodeURI(target).split('#', 2);
  const from = path.startsWith('/') ? root : dirname(resolve(root, page));
  const file =
    path === '' ? resolve(root, page) : resolve(from, path.replace(/^\//, '').replace(/\?.*$/, ''));
  if (relative(root, file).startsWith('..')) return 'leads out of the repository';
  if (!(await exists(file))) return 'there is no such file';
  if (fragment === undefined || fragment === '' || !file.endsWith('.md')) return undefined;
  return anchorsOf(await readFile(file, 'utf8')).has(fragment)
    ? undefined
    : `${relative(root, file)} has no such heading`;
}

describe('the documentation', () => {
  it.each(pages)(
    '%s: every relative link and image leads to a file, and its anchor to a heading',
    async (page) => {
      const broken: string[] = [];
      for (const { target, line } of linksOf(await readFile(resolve(root, page), 'utf8'))) {
        const wrong = await complaint(page, target);
        if (wrong !== undefined) broken.push(`${page}:${line} ${target}: ${wrong}`);
      }
      expect(broken).toEqual([]);
    },
  );

  it('is what the links were looked for in', async () => {
    expect(pages).toContain('README.md');
    const links = linksOf(await readFile(resolve(root, 'README.md'), 'utf8'));
    expect(links.map(({ target }) => target)).toContain('docs/architecture.md');
  });
});

describe('what is broken is told', () => {
  it.each([
    ['docs/none.md', 'there is no such file'],
    ['docs/Errors.md', 'there is no such file'],
    ['docs/images', undefined],
    ['../elsewhere', 'leads out of the repository'],
    ['docs/errors.md#no-heading', 'docs/errors.md has no such heading'],
    ['docs/errors.md#the-plan-and-the-run', undefined],
    ['/docs/errors.md#joins', undefined],
    ['#amalur', undefined],
    ['#Amalur', 'README.md has no such heading'],
    ['https://example.com/none.md', undefined],
    ['mailto:someone@example.com', undefined],
  ])('%s: %s', async (target, wrong) => {
    expect(await complaint('README.md', target)).toBe(wrong);
  });
});

describe('Markdown', () => {
  it('has links in prose, by reference, in images and in HTML, not in code nor in comments', () => {
    const text = [
      'See [one](one.md), [`two`](<two words.md> "title") and ![three](images/three.svg).',
      '[![badge](four.svg)](five.md) <img alt="" src="six.png"> <a href="seven.md">7</a>',
      '`[code](none.md)` ``a ` [code](none.md)`` [brackets](eight_(8).md)',
      '```md\n[fenced](none.md)\n```',
      '<!-- [comment](none.md)\n[comment](none.md) -->',
      '[nine]: nine.md#part "title"',
    ].join('\n');
    expect(linksOf(text)).toEqual(
      [
        ['two words.md', 1],
        ['one.md', 1],
        ['images/three.svg', 1],
        ['four.svg', 2],
        ['five.md', 2],
        ['six.png', 2],
        ['seven.md', 2],
        ['eight_(8).md', 3],
        ['nine.md#part', 9],
      ].map(([target, line]) => ({ target, line })),
    );
  });

  it.each([
    ['## Two commands', 'two-commands'],
    ['# `amalur train` – how, why?', 'amalur-train--how-why'],
    ['### snake_case and kebab-case ###', 'snake_case-and-kebab-case'],
    ['## [Linked](docs/errors.md) **bold** words', 'linked-bold-words'],
    ['## Größe & θ_k', 'größe--θ_k'],
    ['## 1.2 What “is” it', '12-what-is-it'],
    ['Underlined\n===', 'underlined'],
    ['text <a id="Here"></a> more', 'Here'],
  ])('the anchor of %j is #%s', (text, anchor) => {
    expect([...anchorsOf(text)]).toEqual([anchor]);
  });

  it('numbers headings that repeat, and takes none from code or rules', () => {
    expect([...anchorsOf('# A\n## a\n```sh\n# comment\n```\n\n---\n| a |\n|---|\n# A!\n#hash')]).toEqual([
      'a',
      'a-1',
      'a-2',
    ]);
  });
});
