import { z } from 'zod';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { dot } from '../../training/vectors.js';
import { draws } from '../draws.js';
import { beside, combined, firstColumns, gramOf } from './block.js';
import { readDown, type Up } from './messages.js';
import { extremesOf, signWeights } from './signs.js';
import { blockWidth } from './width.js';

/** What a party knows between two messages. */
interface Working {
  /** Its slices (c_k × b) of the basis B = [X P R]; at the end, of the components. */
  readonly basis: Dense;
  /** μ_k, length c_k: zeros if nothing is centred. */
  readonly mean: Float64Array;
  /** By which signs are decided, length c_k. */
  readonly weights: Float64Array;
  readonly center: boolean;
}

/**
 * A party of a principal component analysis: keeps its slices of a basis B, turns it as it is told, and adds the residuals of
 * X as eigenvectors of T̃ᵀT̃, R = T̃ᵀT̃ X − X Λ, of which D_kᵀ G_k with G_k = I_kᵀ T̃ X is its slice.
 */
export const pcaParty: PartyProgram = {
  needs: { moments: false, norms: true },
  start({ names }, spec) {
    if (spec.type !== 'pca') throw new Error(`${spec.type} is no principal component analysis`);
    const { components, center, seed } = spec;
    return writeState({
      basis: initialVectors(names, blockWidth(components), seed),
      mean: new Float64Array(names.length),
      weights: signWeights(names),
      center,
    });
  },
  update(state, message, gradient) {
    const down = readDown(message);
    const before = readState(state);
    switch (down.do) {
      case 'open': {
        const { rows } = down;
        const mean = before.center ? gradient.data.map((sum) => sum / rows) : before.mean;
        return answer({ ...before, mean }, before.basis, before.basis, dot(mean, mean));
      }
      case 'turn': {
        const kept = combined(before.basis, denseOf(message.tensors, 'turn'));
        const x = firstColumns(kept, down.values.length);
        const residual = residualOf(gradient, x, down.values);
        return answer({ ...before, basis: beside(kept, residual) }, x, residual, 0);
      }
      case 'end': {
        const basis = combined(before.basis, denseOf(message.tensors, 'turn'));
        return answer({ ...before, basis }, basis, dense(basis.rows, 0), 0);
      }
    }
  },
  /** [V μ], c_k × (components + 1). */
  parameters(state) {
    const { basis, mean } = readState(state);
    return beside(basis, dense(mean.length, 1, mean));
  },
};

function answer(after: Working, x: Dense, theta: Dense, mean: number) {
  const json: Up = { mean, extremes: extremesOf(x, after.weights) };
  const tensors = { gram: denseTensor(gramOf(after.basis)) };
  return { state: writeState(after), theta, up: { json, tensors } };
}

/** Uniform in (−½, ½) by seed and name of the column, c_k × q. */
function initialVectors(names: readonly string[], width: number, seed: number): Dense {
  const data = names.flatMap((name) => {
    const draw = draws(`component ${seed} ${name}`);
    return Array.from({ length: width }, (_, j) => draw(j) - 0.5);
  });
  return dense(names.length, width, Float64Array.from(data));
}

/** A X − X Λ. */
function residualOf(image: Dense, x: Dense, values: readonly number[]): Dense {
  const { rows, columns } = x;
  const data = image.data.map((value, at) => value - x.data[at]! * values[at % columns]!);
  return dense(rows, columns, data);
}

function writeState({ basis, mean, weights, center }: Working): State {
  return {
    json: { center },
    tensors: { basis: denseTensor(basis), mean: vectorTensor(mean), weights: vectorTensor(weights) },
  };
}

function readState({ json, tensors }: State): Working {
  return {
    basis: denseOf(tensors, 'basis'),
    mean: float64(tensors, 'mean'),
    weights: float64(tensors, 'weights'),
    ...z.object({ center: z.boolean() }).parse(json),
  };
}
