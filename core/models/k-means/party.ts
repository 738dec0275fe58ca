import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor } from '../../training/tensors.js';
import { readDown, type Down, type Up } from './messages.js';
import { columnsFrom, squaredNorms, withPoint } from './points.js';

/** What a party knows between two messages: its slices (c_k × …) of points, a column each. */
interface Working {
  /** Centres chosen until now: C_kᵀ once all are. */
  readonly centres: Dense;
  readonly candidates: Dense;
  /** Centres of the best run that has ended. */
  readonly best: Dense;
}

/**
 * A party of K-means: keeps its slices of the centres and moves them to the means of their clusters,
 * C_k = (D_kᵀ G_k)ᵀ / sizes with G_k = I_kᵀ A. A row t of T becomes a centre by the same exchange, with G_k = I_kᵀ e_t.
 */
export const kMeansParty: PartyProgram = {
  needs: { moments: false, norms: true },
  start({ names }) {
    const none = dense(names.length, 0);
    return writeState({ centres: none, candidates: none, best: none });
  },
  startAt({ names }, _spec, { theta }) {
    const none = dense(names.length, 0);
    const up: Up = { squares: squaredNorms(theta), shift: 0, mean: null };
    return {
      state: writeState({ centres: theta, candidates: none, best: none }),
      theta,
      up: { json: up, tensors: {} },
    };
  },
  update(state, message, gradient) {
    const down = readDown(message);
    const before = readState(state);
    const { after, theta, mean } = advance(before, down, gradient);
    const moved = down.do === 'move' ? chosen(before, down.choose) : undefined;
    const up: Up = {
      squares: squaredNorms(theta),
      shift: moved === undefined ? 0 : squaredDifference(after.centres, moved),
      mean,
    };
    return { state: writeState(after), theta, up: { json: up, tensors: {} } };
  },
  parameters: (state) => readState(state).centres,
};

function advance(
  at: Working,
  down: Down,
  gradient: Dense,
): { after: Working; theta: Dense; mean: Up['mean'] } {
  const none = dense(gradient.rows, 0);
  switch (down.do) {
    case 'draw': {
      const centres = down.ended === null ? chosen(at, down.choose) : none;
      const best = down.ended === 'best' ? at.centres : at.best;
      const candidates = down.sumOf === null ? gradient : columnsFrom(gradient, 1);
      return { after: { centres, candidates, best }, theta: candidates, mean: meanOf(gradient, down.sumOf) };
    }
    case 'move': {
      const centres = means(gradient, down.sizes, chosen(at, down.choose));
      const mean = meanOf(rowSums(gradient), down.sumOf);
      return { after: { ...at, centres, candidates: none }, theta: centres, mean };
    }
    case 'best':
      return { after: { centres: at.best, candidates: none, best: none }, theta: at.best, mean: null };
  }
}

/** The centres with the chosen candidate as the last. */
function chosen({ centres, candidates }: Working, choose: number | null): Dense {
  return choose === null ? centres : withPoint(centres, candidates, choose);
}

/** Sums divided by sizes; where there is nothing to divide, the centre of before. */
function means({ rows, columns, data }: Dense, sizes: readonly number[], before: Dense): Dense {
  return dense(
    rows,
    columns,
    data.map((sum, at) => {
      const size = sizes[at % columns]!;
      return size === 0 ? before.data[at]! : sum / size;
    }),
  );
}

/** Every row is of one cluster: the sums of the clusters make up that of all rows. */
function rowSums({ rows, columns, data }: Dense): Dense {
  const sums = dense(rows, 1);
  data.forEach((value, at) => (sums.data[Math.floor(at / columns)]! += value));
  return sums;
}

/** ‖μ_k‖² of the first column, a sum over n rows. */
function meanOf({ rows, columns, data }: Dense, n: number | null): Up['mean'] {
  if (n === null) return null;
  let square = 0;
  for (let row = 0; row < rows; row++) square += (data[row * columns]! / n) ** 2;
  return { square, columns: rows };
}

function squaredDifference(a: Dense, b: Dense): number {
  return a.data.reduce((sum, value, at) => sum + (value - b.data[at]!) ** 2, 0);
}

function writeState({ centres, candidates, best }: Working): State {
  return {
    json: {},
    tensors: {
      centres: denseTensor(centres),
      candidates: denseTensor(candidates),
      best: denseTensor(best),
    },
  };
}

function readState({ tensors }: State): Working {
  return {
    centres: denseOf(tensors, 'centres'),
    candidates: denseOf(tensors, 'candidates'),
    best: denseOf(tensors, 'best'),
  };
}
