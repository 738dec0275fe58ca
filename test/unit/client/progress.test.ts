import { expect, test } from 'vitest';
import { formatBytesBySilo, formatShare, formatSmall, measuresOf } from '../../../client/cli/format.js';
import { describeProgress, trainedShare } from '../../../client/cli/progress-view.js';
import type { RunProgress } from '../../../workflows/contracts/results.js';

const start: RunProgress = {
  phase: 'training',
  strategy: 'factorize',
  site: 'aggregator',
  round: 1,
  maxRounds: 1000,
  loss: 0.6931472,
  gradientNorm: 1,
  tolerance: 1e-8,
  silos: [{ silo: 'a', state: 'computing', round: 1, bytesOut: 1200, seconds: 1 }],
};

test('the bar moves by orders of magnitude of the gradient, and is full at the end', () => {
  expect(trainedShare(1, start)).toBeCloseTo(0.001);
  expect(trainedShare(1, { ...start, gradientNorm: 1e-4 })).toBeCloseTo(0.5);
  expect(trainedShare(1, { ...start, gradientNorm: 1e-12 })).toBe(1);
  expect(trainedShare(null, { ...start, gradientNorm: null, round: 500 })).toBeCloseTo(0.5);
  expect(trainedShare(1, { ...start, phase: 'storing' })).toBe(1);
});

test('progress names what is known, and nothing else', () => {
  expect(describeProgress(start)).toBe('round 1 · loss 0.693147 · gradient 1.0e+0 · 1.2 kB out of silos');
  expect(describeProgress({ ...start, round: 0, loss: null, gradientNorm: null, silos: [] })).toBe('');
});

test('a silo that the run waits for is told, and since when', () => {
  const absent = [{ site: 'silo.crm', since: '2026-11-22T04:00:00.000Z' }] as const;
  const waiting = { ...start, round: 0, loss: null, gradientNorm: null, silos: [], absent };
  expect(describeProgress(waiting)).toBe('waits for a worker of silo.crm since 2026-11-22T04:00:00.000Z');
});

test('of a search the trial and the fold are told, and the bar moves by them', () => {
  const validation = { trial: 3, trials: 4, fold: 2, folds: 5, measure: 'auc', best: 0.75 } as const;
  const blank = { ...start, round: 0, loss: null, gradientNorm: null, silos: [] };
  const searching: RunProgress = { ...blank, phase: 'cross-validating', validation };
  expect(describeProgress(searching)).toBe('trial 3 of 4, fold 2 of 5 · best AUC 0.750000');
  expect(describeProgress({ ...searching, validation: { ...validation, best: null } })).toBe(
    'trial 3 of 4, fold 2 of 5',
  );
  expect(trainedShare(null, searching)).toBeCloseTo(11 / 21);
  expect(describeProgress({ ...start, validation })).not.toContain('trial');
});

test('figures of one kind look alike', () => {
  expect(formatSmall(7.08e-10)).toBe('7.1e-10');
  expect(formatShare(1, 0)).toBe('–');
  expect(formatBytesBySilo({ b: 0, c: 2_400_000, a: 12 })).toBe('a 12 B, c 2.4 MB');
  expect(formatBytesBySilo({ a: 0 })).toBe('nothing');
});

test('components show what they explain together and one by one', () => {
  const error = { rows: 8, reconstructionError: 2, relativeError: 0.5 };
  const shown = new Map(measuresOf({ ...error, explained: [0.5, 0.25, 0] }));
  expect(shown.get('explained')).toBe('75.0 %: 50.0 % 25.0 % 0.0 %');
  expect(new Map(measuresOf({ ...error, explained: new Array<number>(30).fill(0.01) })).get('explained')).toMatch(/^30.0 %: (1.0 % ){20}…$/); // prettier-ignore
  expect(measuresOf(error).map(([name]) => name)).toEqual(['error', 'relative error']);
});
