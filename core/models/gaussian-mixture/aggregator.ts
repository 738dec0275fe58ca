import type { Dense } from '../../algebra/matrix.js';
import { AmalurError } from '../../errors.js';
import type {
  AggregatorProgram,
  AggregatorStep,
  Message,
  Progress,
  TrainingRows,
} from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import type { Residual } from '../../training/residual.js';
import { fillEmptyClusters } from '../k-means/empty-clusters.js';
import { normsOf, requireRows } from '../k-means/rows.js';
import { candidatesFor, drawRows, takeBest } from '../k-means/seeding.js';
import { readUp, type Down, type Up } from './messages.js';
import { meanOf, memberships } from './responsibilities.js';
import { readState, writeState, type Working } from './state.js';

/** Mean log-likelihoods that differ by less than these shares of their size, and of that of their terms, differ by rounding only. */
const ROUNDING = 1e-10;
const ROUNDING_OF_TERMS = 1e-12;
/**
 * Where rounding is more than this of those terms, of the size of t²/(2s), neither a density nor a variance, which is E[t²] − μ², is known to
 * two digits.
 */
const UNRESOLVED = 0.01;
/** A component with fewer rows than this has none: what is left of it is no part of any density that can be told. */
const FEWEST_ROWS = 1e-10;

/**
 * The aggregator of a Gaussian mixture: chooses places by k-means++, then tells by turns which rows are of which component and
 * has the parties fit the components to them (EM: Dempster, Laird and Rubin 1977), until the likelihood rests; all that several
 * times, of which the best counts.
 */
export const mixtureAggregator: AggregatorProgram = {
  start(target, spec) {
    if (spec.type !== 'gaussian-mixture') throw new Error(`${spec.type} is no Gaussian mixture`);
    requireRows('components', spec.components, target.rows);
    const norms = normsOf(target);
    requireFinite(norms.reduce((total, norm) => total + norm, 0));
    const at: Working = {
      spec,
      round: 0,
      restart: 0,
      place: { at: 'candidates', place: 0 },
      weights: [],
      constants: [],
      columns: 0,
      previous: null,
      best: null,
      near: undefined,
    };
    return { ...begin(at, target, null), progress: undefined };
  },

  /** Given components take the place of those that begin where k-means++ says, and of all runs. */
  startAt(target, spec, { products, own, ups: messages }) {
    if (spec.type !== 'gaussian-mixture') throw new Error(`${spec.type} is no Gaussian mixture`);
    requireRows('components', spec.components, target.rows);
    const ups = messages.map(readUp);
    // Where no column is known all components are alike, and would stay so.
    if (ups.every(({ constants }) => constants.every((value) => value === 0)))
      return mixtureAggregator.start(target, spec);
    // A component that no row was of begins as that of one row: of weight 0 it would get none for ever.
    const weights = own.slice(0, spec.components).map((weight) => Math.max(weight, 1 / target.rows));
    const total = weights.reduce((all, weight) => all + weight, 0);
    const at: Working = {
      spec,
      round: 0,
      restart: spec.restarts - 1,
      place: { at: 'components', iteration: 0 },
      weights: Array.from(weights, (weight) => weight / total),
      constants: sumOf(ups),
      columns: ups.reduce((total, up) => total + up.columns, 0),
      previous: null,
      best: null,
      near: undefined,
    };
    return assign(at, target, products, 0);
  },

  step(target, state, products, messages) {
    const before = readState(state);
    const ups = messages.map(readUp);
    const columns = ups.reduce((total, up) => total + up.columns, 0);
    const at: Working = { ...before, round: before.round + 1, constants: sumOf(ups), columns };
    switch (at.place.at) {
      case 'candidates':
        return { ...choose(at, target, products, at.place.place), progress: undefined };
      case 'components':
        return assign(at, target, products, at.place.iteration);
      case 'best': {
        if (at.best === null) throw new Error('a mixture ends with a best run');
        const after = { ...at, weights: at.best.weights };
        const { logDensities } = memberships(products, after.constants, after.weights);
        const progress = progressOf(after, meanOf(logDensities));
        return { state: writeState(after), progress, next: { done: at.best.stopped } };
      }
    }
  },

  /** π and γ, length k each, and how many parameters are free. */
  parameters(state) {
    const { weights, constants, columns } = readState(state);
    const k = weights.length;
    return Float64Array.of(...weights, ...constants, 2 * k * columns + k - 1);
  },
};

type Next = Pick<AggregatorStep, 'state' | 'next'>;

/** The parties are told a row that becomes the first place of a run, and what to do with the components of the run before. */
function begin(at: Working, target: TrainingRows, ended: 'best' | 'worse' | null): Next {
  const rows = drawRows(nameOf(at), 0, 1, target.rows);
  const next: Working = { ...at, place: { at: 'candidates', place: 0 }, previous: null, near: undefined };
  return tell(next, { picked: rows }, { do: 'draw', choose: null, ended });
}

/**
 * The best of the candidates becomes a place; then there are candidates for the next one, or each row is wholly of the component
 * that begins at the place nearest to it.
 */
function choose(at: Working, target: TrainingRows, products: Dense, place: number): Next {
  const { components } = at.spec;
  const { best, near } = takeBest(products, at.constants, normsOf(target), at.near, place);
  if (place + 1 < components) {
    const rows = drawRows(nameOf(at), place + 1, candidatesFor(components), target.rows, near.distances);
    return tell(
      { ...at, near, place: { at: 'candidates', place: place + 1 } },
      { picked: rows },
      { do: 'draw', choose: best, ended: null },
    );
  }
  const { labels, sizes } = fillEmptyClusters(near, components);
  const residual = { labels, count: components };
  return move({ ...at, near: undefined }, residual, [...sizes], 0, best);
}

/** Expectation; the run is over when the components before were as likely. */
function assign(at: Working, target: TrainingRows, products: Dense, iteration: number): AggregatorStep {
  const { responsibilities, logDensities, magnitude } = memberships(products, at.constants, at.weights);
  const logLikelihood = meanOf(logDensities);
  const progress = progressOf(at, logLikelihood);
  if (magnitude * Number.EPSILON > UNRESOLVED) throw unresolved();
  const rounding = ROUNDING * (1 + Math.abs(logLikelihood)) + ROUNDING_OF_TERMS * magnitude;
  const resting =
    at.previous !== null && logLikelihood - at.previous <= Math.max(at.spec.tolerance, rounding);
  if (resting || iteration >= at.spec.maxRounds) {
    const better = at.best === null || logLikelihood > at.best.logLikelihood + rounding;
    const ended = {
      logLikelihood,
      stopped: resting ? 'converged' : 'max-rounds',
      weights: at.weights,
    } as const;
    return { ...end({ ...at, best: better ? ended : at.best }, target, better), progress };
  }
  const sizes = columnSums(responsibilities).map((size) => (size < FEWEST_ROWS ? 0 : size));
  // Given components may leave columns out: their likelihood says nothing of the next one.
  const next = { ...at, previous: iteration === 0 ? null : logLikelihood };
  return { ...move(next, responsibilities, sizes, iteration, null), progress };
}

/** Maximisation is the parties'; π_j = N_j / Σ_l N_l. */
function move(
  at: Working,
  residual: Residual,
  sizes: readonly number[],
  iteration: number,
  choose: number | null,
): Next {
  const rows = sizes.reduce((total, size) => total + size, 0);
  const weights = sizes.map((size) => size / rows);
  const place = { at: 'components', iteration: iteration + 1 } as const;
  return tell({ ...at, weights, place }, residual, { do: 'move', choose, sizes: [...sizes] });
}

/** After the last run the parties go back to the best components, unless those are the ones that they have. */
function end(at: Working, target: TrainingRows, better: boolean): Next {
  if (at.restart + 1 < at.spec.restarts) {
    return begin({ ...at, restart: at.restart + 1 }, target, better ? 'best' : 'worse');
  }
  if (better && at.best) return { state: writeState(at), next: { done: at.best.stopped } };
  return tell({ ...at, place: { at: 'best' } }, { picked: [] }, { do: 'best' });
}

function tell(at: Working, residual: Residual, down: Down): Next {
  const message: Message = { json: down, tensors: {} };
  return { state: writeState(at), next: { residual, down: message } };
}

function progressOf({ round }: Working, logLikelihood: number): Progress {
  requireFinite(logLikelihood);
  return { round, loss: -logLikelihood, gradientNorm: null };
}

/** In the sorted order of the parties. */
function sumOf([first, ...rest]: readonly Up[]): number[] {
  return rest.reduce(
    (sums, { constants }) => sums.map((value, j) => value + constants[j]!),
    first?.constants ?? [],
  );
}

function columnSums({ columns, data }: Dense): number[] {
  const sums = new Array<number>(columns).fill(0);
  data.forEach((value, at) => (sums[at % columns]! += value));
  return sums;
}

function nameOf({ spec, restart }: Working): string {
  return `gaussian-mixture ${spec.seed} ${restart}`;
}

function unresolved(): AmalurError {
  return new AmalurError(
    'AMALUR_DIVERGED',
    'columns are so far from 0 beside their variance that densities cannot be told from rounding',
    {
      field: 'features.scale',
      suggestion: 'set features.scale to "standard", or raise model.varianceFloor',
    },
  );
}
