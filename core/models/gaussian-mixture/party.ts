import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { rowRange, concatRows } from '../../algebra/stack.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { squaredNorms, withPoint } from '../k-means/points.js';
import {
  coefficients,
  componentsOf,
  constants,
  mostLikely,
  parametersOf,
  type Components,
} from './components.js';
import { readDown, type Down, type Up } from './messages.js';

/** What a party knows between two messages. */
interface Working {
  readonly floor: number;
  /** Slices of the places chosen until now, and of those of which one is the next: c_k × …, a column each. */
  readonly places: Dense;
  readonly candidates: Dense;
  /** Its slices of the components, of this run and of the best that has ended; of no columns where there are none yet. */
  readonly components: Components;
  readonly best: Components;
}

/**
 * A party of a Gaussian mixture: keeps means and variances of its own columns, and makes those that are most likely under the
 * responsibilities R from [D_k  D_k∘D_k]ᵀ I_kᵀ R.
 */
export const mixtureParty: PartyProgram = {
  needs: { moments: false, norms: true, squares: true },
  start({ names }, spec) {
    if (spec.type !== 'gaussian-mixture') throw new Error(`${spec.type} is no Gaussian mixture`);
    const none = dense(names.length, 0);
    const nothing = { means: none, variances: none };
    const { varianceFloor: floor } = spec;
    return writeState({ floor, places: none, candidates: none, components: nothing, best: nothing });
  },
  startAt({ names }, spec, { theta: given, known }) {
    if (spec.type !== 'gaussian-mixture') throw new Error(`${spec.type} is no Gaussian mixture`);
    const none = dense(names.length, 0);
    const { varianceFloor: floor } = spec;
    const { means, variances } = componentsOf(given);
    const components = {
      means,
      variances: { ...variances, data: variances.data.map((variance) => Math.max(variance, floor)) },
    };
    const best = { means: none, variances: none };
    const up: Up = { constants: constants(components, known), columns: names.length };
    return {
      state: writeState({ floor, places: none, candidates: none, components, best }),
      theta: coefficients(components, known),
      up: { json: up, tensors: {} },
    };
  },
  update(state, message, gradient) {
    const down = readDown(message);
    const after = advance(readState(state), down, gradient);
    const { rows: columns, columns: p } = after.candidates;
    const up: Up =
      down.do === 'draw'
        ? { constants: squaredNorms(after.candidates), columns }
        : { constants: constants(after.components), columns };
    // Candidates are multiplied as they are, without squares.
    const theta =
      down.do === 'draw'
        ? concatRows([after.candidates, dense(columns, p)], 2 * columns, p)
        : coefficients(after.components);
    return { state: writeState(after), theta, up: { json: up, tensors: {} } };
  },
  parameters: (state) => parametersOf(readState(state).components),
};

function advance(at: Working, down: Down, gradient: Dense): Working {
  const columns = gradient.rows / 2;
  const none = dense(columns, 0);
  switch (down.do) {
    case 'draw': {
      const places = down.ended === null ? chosen(at, down.choose) : none;
      const best = down.ended === 'best' ? at.components : at.best;
      return { ...at, places, candidates: rowRange(gradient, 0, columns), best };
    }
    case 'move': {
      const places = chosen(at, down.choose);
      const before = down.choose === null ? at.components : spikes(places, at.floor);
      const components = mostLikely(gradient, down.sizes, at.floor, before);
      return { ...at, places: none, candidates: none, components };
    }
    case 'best':
      return { ...at, places: none, candidates: none, components: at.best };
  }
}

function chosen({ places, candidates }: Working, choose: number | null): Dense {
  return choose === null ? places : withPoint(places, candidates, choose);
}

/** Components at the places with no more variance than they must have: those that get no row stay so. */
function spikes(places: Dense, floor: number): Components {
  const variances = dense(places.rows, places.columns, new Float64Array(places.data.length).fill(floor));
  return { means: places, variances };
}

function writeState({ floor, places, candidates, components, best }: Working): State {
  return {
    json: {},
    tensors: {
      floor: vectorTensor(Float64Array.of(floor)),
      places: denseTensor(places),
      candidates: denseTensor(candidates),
      components: denseTensor(parametersOf(components)),
      best: denseTensor(parametersOf(best)),
    },
  };
}

function readState({ tensors }: State): Working {
  const [floor] = float64(tensors, 'floor');
  if (floor === undefined) throw new Error('a party of a mixture knows the least variance');
  return {
    floor,
    places: denseOf(tensors, 'places'),
    candidates: denseOf(tensors, 'candidates'),
    components: componentsOf(denseOf(tensors, 'components')),
    best: componentsOf(denseOf(tensors, 'best')),
  };
}
