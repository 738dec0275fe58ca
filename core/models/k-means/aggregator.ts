import type { Dense } from '../../algebra/matrix.js';
import type {
  AggregatorProgram,
  AggregatorStep,
  Message,
  State,
  TrainingRows,
} from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import type { Residual } from '../../training/residual.js';
import { fillEmptyClusters } from './empty-clusters.js';
import { readUp, type Down, type Up } from './messages.js';
import { nearestCentres, type Nearest } from './nearest.js';
import { onesAnd } from './ones-and.js';
import { normsOf, requireRows } from './rows.js';
import { candidatesFor, drawRows, takeBest } from './seeding.js';
import { readState, writeState, type Working } from './state.js';

/** A run is better than another if its inertia is smaller by more than this share: what is less may be rounding. */
const ROUNDING = 1e-10;

/**
 * The aggregator of K-means: chooses centres by k-means++, then assigns rows to the nearest centre and lets the parties move
 * the centres to the means of their rows (Lloyd 1982), until they rest; all that several times, of which the best counts.
 */
export const kMeansAggregator: AggregatorProgram = {
  start(target, spec) {
    if (spec.type !== 'k-means') throw new Error(`${spec.type} is no K-means`);
    requireRows('clusters', spec.clusters, target.rows);
    const at: Working = {
      spec,
      round: 0,
      restart: 0,
      place: { at: 'candidates', centre: 0 },
      variance: 0,
      best: null,
      squares: [],
      near: undefined,
    };
    const loss = sum(normsOf(target)) / target.rows;
    requireFinite(loss);
    return { ...begin(at, target, null), progress: { round: 0, loss, gradientNorm: null } };
  },

  /** Given centres take the place of those of k-means++, and of all its runs. */
  startAt(target, spec, { products, ups: messages }) {
    if (spec.type !== 'k-means') throw new Error(`${spec.type} is no K-means`);
    requireRows('clusters', spec.clusters, target.rows);
    const at: Working = {
      spec,
      round: 0,
      restart: spec.restarts - 1,
      place: { at: 'centres', iteration: 0 },
      variance: 0,
      best: null,
      squares: sumOfSquares(messages.map(readUp)),
      near: undefined,
    };
    // Where no column is known all centres are one.
    if (at.squares.every((square) => square === 0)) {
      const loss = sum(normsOf(target)) / target.rows;
      return {
        ...begin({ ...at, restart: 0 }, target, 'worse'),
        progress: { round: 0, loss, gradientNorm: null },
      };
    }
    const near = nearestCentres(products, Float64Array.from(at.squares), normsOf(target));
    return { ...move(at, near, 0, null, target.rows), progress: progressOf(at, near) };
  },

  step(target, state, products, messages) {
    const before = readState(state);
    const ups = messages.map(readUp);
    const at = { ...before, round: before.round + 1, squares: sumOfSquares(ups) };
    switch (at.place.at) {
      case 'candidates':
        return choose(at, target, products, at.place.centre, ups);
      case 'centres': {
        const told = ups.some(({ mean }) => mean !== null);
        const known = told ? { ...at, variance: meanVariance(target, ups) } : at;
        return assign(known, target, products, at.place.iteration, ups);
      }
      case 'best': {
        const near = nearestCentres(products, Float64Array.from(at.squares), normsOf(target));
        return done({ ...at, near });
      }
    }
  },

  /** ‖c_j‖², length k. */
  parameters: (state) => Float64Array.from(readState(state).squares),
};

type Next = Pick<AggregatorStep, 'state' | 'next'>;

/** The parties are told a row that becomes the first centre of a run, and what to do with the centres of the run before. */
function begin(
  at: Working,
  target: TrainingRows,
  ended: Extract<Down, { do: 'draw' }>['ended'],
  sumOf: number | null = target.rows,
): Next {
  const rows = drawRows(nameOf(at), 0, 1, target.rows);
  const down: Down = { do: 'draw', sumOf, choose: null, ended };
  return tell(
    { ...at, place: { at: 'candidates', centre: 0 }, near: undefined },
    sumOf === null ? { picked: rows } : onesAnd(rows, target.rows),
    down,
  );
}

/** The best of the candidates becomes a centre; then there are candidates for the next one, or all is set to move. */
function choose(
  at: Working,
  target: TrainingRows,
  products: Dense,
  centre: number,
  ups: readonly Up[],
): AggregatorStep {
  const { best, near } = takeBest(products, at.squares, normsOf(target), at.near, centre);
  const chosen = { ...at, near, variance: at.round === 1 ? meanVariance(target, ups) : at.variance };
  const progress = progressOf(at, near);
  const { clusters } = at.spec;
  if (centre + 1 === clusters) return { ...move(chosen, near, 0, best), progress };
  const rows = drawRows(nameOf(at), centre + 1, candidatesFor(clusters), target.rows, near.distances);
  return {
    ...tell(
      { ...chosen, place: { at: 'candidates', centre: centre + 1 } },
      { picked: rows },
      { do: 'draw', sumOf: null, choose: best, ended: null },
    ),
    progress,
  };
}

/** Rows go to the nearest of the centres that have moved; the run is over when that changes nothing. */
function assign(
  at: Working,
  target: TrainingRows,
  products: Dense,
  iteration: number,
  ups: readonly Up[],
): AggregatorStep {
  const near = nearestCentres(products, Float64Array.from(at.squares), normsOf(target));
  const shift = ups.reduce((total, up) => total + up.shift, 0);
  const progress = progressOf(at, near);
  const resting = shift <= at.spec.tolerance * at.variance || sameLabels(near, at.near);
  if (!resting && iteration < at.spec.maxRounds) return { ...move(at, near, iteration, null), progress };
  return { ...end({ ...at, near }, target, resting ? 'converged' : 'max-rounds'), progress };
}

function move(
  at: Working,
  near: Nearest,
  iteration: number,
  choose: number | null,
  sumOf: number | null = null,
): Next {
  const { clusters } = at.spec;
  const { labels, sizes } = fillEmptyClusters(near, clusters);
  const next: Working = {
    ...at,
    place: { at: 'centres', iteration: iteration + 1 },
    near: { labels, distances: new Float64Array(0) },
  };
  return tell(
    next,
    { labels, count: clusters },
    {
      do: 'move',
      choose,
      sizes: [...sizes],
      sumOf,
    },
  );
}

/** After the last run the parties go back to the best centres, unless those are the ones that they have. */
function end(at: Working, target: TrainingRows, stopped: 'converged' | 'max-rounds'): Next {
  const inertia = sum(at.near?.distances ?? new Float64Array(0));
  const better = at.best === null || inertia < at.best.inertia * (1 - ROUNDING);
  const after: Working = { ...at, best: better ? { inertia, stopped } : at.best };
  if (at.restart + 1 < at.spec.restarts) {
    return begin({ ...after, restart: at.restart + 1 }, target, better ? 'best' : 'worse', null);
  }
  if (better) return { state: writeState(after), next: { done: stopped } };
  return tell({ ...after, place: { at: 'best' }, near: undefined }, { picked: [] }, { do: 'best' });
}

function done(at: Working): AggregatorStep {
  if (at.near === undefined || at.best === null) throw new Error('K-means ends with a best run');
  return {
    state: writeState(at),
    progress: progressOf(at, at.near),
    next: { done: at.best.stopped },
  };
}

function tell(at: Working, residual: Residual, down: Down): Next {
  const message: Message = { json: down, tensors: {} };
  const state: State = writeState(at);
  return { state, next: { residual, down: message } };
}

/** Mean variance of the columns of T, by which scikit-learn measures what a tolerance is. */
function meanVariance(target: TrainingRows, ups: readonly Up[]): number {
  const meanSquare = ups.reduce((total, { mean }) => total + (mean?.square ?? 0), 0);
  const columns = ups.reduce((total, { mean }) => total + (mean?.columns ?? 0), 0);
  const variance = sum(normsOf(target)) / target.rows - meanSquare;
  return columns === 0 ? 0 : Math.max(0, variance) / columns;
}

function progressOf({ round }: Working, { distances }: Nearest) {
  const loss = sum(distances) / distances.length;
  requireFinite(loss);
  return { round, loss, gradientNorm: null };
}

function sameLabels({ labels }: Nearest, before: Nearest | undefined): boolean {
  return before?.labels.every((label, row) => label === labels[row]) ?? false;
}

function sumOfSquares(ups: readonly Up[]): number[] {
  const [first, ...rest] = ups;
  return rest.reduce(
    (sums, { squares }) => sums.map((value, j) => value + squares[j]!),
    first?.squares ?? [],
  );
}

function nameOf({ spec, restart }: Working): string {
  return `k-means ${spec.seed} ${restart}`;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
