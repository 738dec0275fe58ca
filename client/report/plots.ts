import type { TopLevelSpec } from 'vega-lite';
import type { RunFacts } from '../../catalog/catalog.js';
import type { Plan } from '../../core/planner/plan.js';
import { SERIES } from './chart.js';

const WIDTH = 640;

/** Loss by round; undefined where there are fewer than two points. */
export function learningCurve({ curve }: RunFacts): TopLevelSpec | undefined {
  const values = curve.filter(({ loss }) => Number.isFinite(loss));
  if (values.length < 2) return undefined;
  return {
    width: WIDTH,
    height: 220,
    data: { values: values.map(({ round, loss }) => ({ round, loss })) },
    mark: { type: 'line', color: SERIES[0], point: values.length <= 30 ? { color: SERIES[0] } : false },
    encoding: {
      x: { field: 'round', type: 'quantitative', title: 'round', axis: { grid: false, tickMinStep: 1 } },
      y: { field: 'loss', type: 'quantitative', title: 'training loss', scale: { zero: false } },
    },
  };
}

/** Norm of the gradient by round, on a logarithmic scale; undefined for a model without one. */
export function gradientCurve({ curve }: RunFacts): TopLevelSpec | undefined {
  const values = curve.flatMap(({ round, gradientNorm }) =>
    gradientNorm !== null && gradientNorm > 0 ? [{ round, gradientNorm }] : [],
  );
  if (values.length < 2) return undefined;
  return {
    width: WIDTH,
    height: 160,
    data: { values },
    mark: { type: 'line', color: SERIES[1] },
    encoding: {
      x: { field: 'round', type: 'quantitative', title: 'round', axis: { grid: false, tickMinStep: 1 } },
      y: {
        field: 'gradientNorm',
        type: 'quantitative',
        title: 'norm of the gradient',
        scale: { type: 'log' },
        axis: { format: '.0e', tickCount: 5 },
      },
    },
  };
}

const KINDS = ['join', 'compute', 'transfer', 'orchestration'] as const;

/** Predicted seconds of every plan by kind, and what the chosen one took. */
export function planCosts(plan: Plan, facts: RunFacts | null): TopLevelSpec {
  const bars = [
    ...plan.candidates.map(({ id, seconds, excluded }) => ({
      name: excluded.length > 0 ? `${id} (ruled out)` : id,
      seconds,
    })),
    ...(facts === null ? [] : [{ name: 'this run, measured', seconds: facts.seconds }]),
  ];
  const values = bars.flatMap(({ name, seconds }) =>
    KINDS.map((kind, order) => ({ plan: name, kind, order, seconds: seconds[kind] })),
  );
  return {
    width: WIDTH - 220,
    height: { step: 22 },
    data: { values },
    mark: 'bar',
    encoding: {
      y: { field: 'plan', type: 'nominal', sort: null, title: null, axis: { labelLimit: 300 } },
      x: {
        field: 'seconds',
        type: 'quantitative',
        aggregate: 'sum',
        title: 'seconds',
        axis: { tickCount: 6 },
      },
      color: {
        field: 'kind',
        type: 'nominal',
        title: null,
        scale: { domain: [...KINDS], range: [...SERIES] },
      },
      order: { field: 'order', type: 'quantitative' },
    },
  };
}

/** Bytes that left each silo, predicted and measured; undefined where nothing did. */
export function bytesBySilo(plan: Plan | null, facts: RunFacts): TopLevelSpec | undefined {
  const predicted = plan?.candidates.find(({ id }) => id === plan.chosen)?.bytesOut ?? {};
  const values = [
    ...Object.entries(predicted).map(([silo, bytes]) => ({ silo, bytes, which: 'predicted' })),
    ...Object.entries(facts.bytesOut).map(([silo, bytes]) => ({ silo, bytes, which: 'measured' })),
  ];
  if (values.every(({ bytes }) => bytes === 0)) return undefined;
  return {
    width: WIDTH - 160,
    height: { step: 14 },
    data: { values },
    mark: 'bar',
    encoding: {
      y: { field: 'silo', type: 'nominal', title: null },
      yOffset: { field: 'which', sort: ['predicted', 'measured'] },
      x: {
        field: 'bytes',
        type: 'quantitative',
        title: 'bytes that left the silo',
        axis: { format: '.2s', tickCount: 6 },
      },
      color: {
        field: 'which',
        type: 'nominal',
        title: null,
        scale: { domain: ['predicted', 'measured'], range: ['var(--faint)', SERIES[0]] },
      },
    },
  };
}
