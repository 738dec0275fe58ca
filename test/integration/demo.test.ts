import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, type Finished } from '../support/command.js';
import { processesNaming } from '../support/processes.js';

const script = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

/** The demo makes its folder here, and its processes name that folder. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur-demo-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

interface Facts {
  readonly strategies: readonly {
    readonly strategy: string;
    readonly testAuc: number;
    readonly testLogLoss: number;
    readonly seconds: { readonly total: number };
    readonly rounds: number;
    readonly bytesOut: Readonly<Record<string, number>>;
    readonly maxAbsParamDiff: number;
  }[];
  readonly plan: { readonly chosen: string; readonly candidates: readonly { readonly id: string }[] };
  readonly inference: { readonly rows: number; readonly maxAbsDiff: number };
}

describe('the demo', () => {
  let finished: Finished;
  let facts: Facts;

  beforeAll(async () => {
    const json = path.join(folder, 'facts.json');
    finished = await runProgram(process.execPath, [script, '--json', json], { env: { TMPDIR: folder } });
    facts = JSON.parse(await readFile(json, 'utf8')) as Facts;
  }, 300_000);

  test('ends well, leaves no process and nothing but what was asked for', async () => {
    expect(finished.code).toBe(0);
    expect(processesNaming(folder)).toEqual([]);
    expect(await readdir(folder)).toEqual(['facts.json']);
  });

  test('trains one model in every way', () => {
    const { strategies, plan } = facts;
    expect(strategies.map(({ strategy }) => strategy)).toEqual([
      'materialize',
      'factorize',
      'federate',
      'auto',
    ]);
    for (const { testAuc, testLogLoss, rounds, seconds, bytesOut, maxAbsParamDiff } of strategies) {
      expect(testAuc).toBeCloseTo(strategies[0]!.testAuc, 6);
      expect(testLogLoss).toBeCloseTo(strategies[0]!.testLogLoss, 6);
      expect(rounds).toBeGreaterThan(1);
      expect(seconds.total).toBeGreaterThan(0);
      expect(Object.keys(bytesOut).sort()).toEqual(['airline', 'registry', 'weather']);
      expect(maxAbsParamDiff).toBeLessThanOrEqual(1e-8);
    }
    expect(plan.candidates.map(({ id }) => id)).toContain(plan.chosen);
  });

  test('predicts every flight in two ways alike', () => {
    expect(facts.inference.rows).toBe(336_776);
    expect(facts.inference.maxAbsDiff).toBeLessThanOrEqual(1e-10);
  });

  test('shows all of it in words', () => {
    for (const part of [
      'test AUC',
      'largest |Δθ| to materialize',
      'out of airline',
      'What the planner decided',
    ])
      expect(finished.stdout).toContain(part);
  });
});
