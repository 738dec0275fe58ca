import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isModelFolder, openModelFolder } from '../../../client/cli/model-folder.js';

describe('a folder for a model of TensorFlow.js', () => {
  let base: string;
  let site: string;
  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'amalur-folder-'));
    site = path.join(base, 'site', 'net-1');
    await mkdir(site, { recursive: true });
    for (const name of ['model.json', 'weights.bin']) await writeFile(path.join(site, name), name);
  });
  afterAll(() => rm(base, { recursive: true }));

  test('is told from a file by its name', () => {
    expect(['net', 'a/b.c/net', 'net/model.json'].map(isModelFolder)).toEqual([true, true, true]);
    expect(['net.onnx', 'net.json', 'net.pmml'].map(isModelFolder)).toEqual([false, false, false]);
  });

  test('gets all files of the site, what stood there being replaced, and nothing else is left', async () => {
    for (const given of ['deep/net', 'deep/net/model.json']) {
      const destination = await openModelFolder(path.join(base, given));
      expect(destination.nameAtSite).toMatch(/^net-[0-9a-f]{8}\/model\.json$/);
      expect(await destination.fill(path.join(site, 'model.json'))).toBe(
        path.join(base, 'deep/net/model.json'),
      );
      await destination.discard();
      expect((await readdir(path.join(base, 'deep/net'))).sort()).toEqual(['model.json', 'weights.bin']);
    }
    expect(await readFile(path.join(base, 'deep/net/weights.bin'), 'utf8')).toBe('weights.bin');
  });

  test('is not left behind empty, and says where the site is on another host', async () => {
    const destination = await openModelFolder(path.join(base, 'other', 'net'));
    expect(await destination.fill(path.join(base, 'nowhere', 'model.json'))).toBeUndefined();
    await destination.discard();
    expect(await readdir(base)).not.toContain('other');
  });

  test('is not taken away with what others wrote beside it in the mean time', async () => {
    const destination = await openModelFolder(path.join(base, 'others', 'deep', 'net'));
    await writeFile(path.join(base, 'others', 'mine'), 'mine');
    await destination.discard();
    expect(await readdir(path.join(base, 'others'))).toEqual(['mine']);
  });

  test('cannot be within a file', async () => {
    await writeFile(path.join(base, 'file'), '');
    await expect(openModelFolder(path.join(base, 'file', 'net'))).rejects.toMatchObject({
      code: 'AMALUR_OUTPUT_UNWRITABLE',
    });
  });
});
