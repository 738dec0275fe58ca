import { z } from 'zod';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { architectureOf } from '../../job/architecture/layers-of.js';
import { neuralNetworkSchema } from '../../job/model-schema.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { beginningOf, drawnColumn } from './first-kernel.js';
import { readDown, type Down, type Up } from './messages.js';
import { descend, emptySlots, penalised, type Slots } from './optimizer.js';
import { penaltyOf } from './penalty.js';
import { networkSpec, type NetworkSpec } from './spec.js';

const settings = z.object({
  optimizer: neuralNetworkSchema.shape.optimizer.unwrap(),
  penalty: z.object({ l1: z.number(), l2: z.number() }),
  /** Of the weights before the first step. */
  mean: z.number(),
});

/** What a party knows between two messages. */
interface Working {
  readonly settings: z.infer<typeof settings>;
  /** W_k, c_k × h. */
  readonly weights: Dense;
  readonly slots: Slots;
  /** W_k when rows that are kept apart were predicted best. */
  readonly best: Dense;
  /** 1 for columns whose weights were given and not drawn. Left out: all were drawn. */
  readonly known?: Float64Array;
}

/**
 * A party of a network: its columns' weights W_k in the first layer Z = Σ_k I_k (D_k W_k) + b, whose gradient is D_kᵀ G_k with
 * G_k = I_kᵀ ∂L/∂Z. It takes the steps that the optimizer would take on the whole of W.
 */
export const networkParty: PartyProgram = {
  needs: { moments: false, norms: false },
  start({ names }, given) {
    return writeState(drawn(names, networkSpec(given)));
  },
  /** Columns that are known begin with the weights that they have; the others are drawn. Nothing goes up: no row is wanted yet. */
  startAt({ names }, given, { theta, known }) {
    const fresh = drawn(names, networkSpec(given));
    const { rows, columns, data } = fresh.weights;
    const knows = known ?? new Float64Array(names.length).fill(1);
    const weights = dense(
      rows,
      columns,
      data.map((draw, at) => (knows[Math.floor(at / columns)] === 0 ? draw : theta.data[at]!)),
    );
    const up: Up = { columns: rows };
    return {
      state: writeState({ ...fresh, weights, known: knows }),
      theta: dense(rows, 0),
      up: { json: up, tensors: {} },
    };
  },
  update(state, message, gradient) {
    const after = advance(readState(state), readDown(message), gradient);
    const up: Up = { columns: gradient.rows };
    return { state: writeState(after), theta: after.weights, up: { json: up, tensors: {} } };
  },
  parameters: (state) => readState(state).weights,
};

/** The weights as draws, in units of a scale that is told. */
function drawn(names: readonly string[], spec: NetworkSpec): Working {
  const { units, layers } = architectureOf(spec);
  const beginning = beginningOf({ layers });
  // Drawn by the column's name: the same weights wherever the column is. Their scale takes the columns of all parties.
  const data = names.flatMap((name) => drawnColumn(beginning, spec.seed, name, units));
  const { optimizer, l2 } = spec;
  const penalty = layers[0] ? penaltyOf(layers[0].config, 'kernel', l2) : { l1: 0, l2 };
  return {
    settings: { optimizer, penalty, mean: beginning.mean },
    weights: dense(names.length, units, Float64Array.from(data)),
    slots: emptySlots(optimizer, data.length),
    best: dense(0, units),
  };
}

function advance(at: Working, down: Down, gradient: Dense): Working {
  const { rows, columns, data } = at.weights;
  switch (down.do) {
    case 'open':
      return { ...at, weights: silenced(at.weights, gradient) };
    case 'begin': {
      const { mean } = at.settings;
      const isDrawn = (place: number) => !at.known?.[Math.floor(place / columns)];
      // A draw is 0 only where it was silenced.
      const begun = data.map((w, place) => (w !== 0 && isDrawn(place) ? mean + down.scale * w : w));
      return { ...at, weights: dense(rows, columns, begun) };
    }
    case 'step': {
      const { optimizer, penalty } = at.settings;
      const next = descend(optimizer, data, penalised(penalty, gradient.data, data), at.slots, down);
      return { ...at, weights: dense(rows, columns, next.weights), slots: next.slots };
    }
    case 'hold':
      return down.keep ? { ...at, best: at.weights } : at;
    case 'restore':
      return { ...at, weights: at.best };
  }
}

/**
 * Columns that are 0 in every training row, such as categories that training has not seen: nothing is learned about them, so
 * their random weights would be noise in predictions. They are 0 and stay so, their gradient being 0.
 */
function silenced({ rows, columns, data }: Dense, gradient: Dense): Dense {
  return dense(
    rows,
    columns,
    data.map((w, at) => (gradient.data[Math.floor(at / columns)] === 0 ? 0 : w)),
  );
}

function writeState({ settings: json, weights, slots, best, known }: Working): State {
  const named = slots.map((slot, at) => [`slot${at}`, vectorTensor(slot)] as const);
  return {
    json,
    tensors: {
      weights: denseTensor(weights),
      best: denseTensor(best),
      ...Object.fromEntries(named),
      ...(known && { known: vectorTensor(known) }),
    },
  };
}

function readState({ json, tensors }: State): Working {
  const read = settings.parse(json);
  return {
    settings: read,
    weights: denseOf(tensors, 'weights'),
    slots: emptySlots(read.optimizer, 0).map((_, at) => float64(tensors, `slot${at}`)),
    best: denseOf(tensors, 'best'),
    ...(tensors.known && { known: float64(tensors, 'known') }),
  };
}
