import { z } from 'zod';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor } from '../../training/tensors.js';
import { draws } from '../draws.js';
import { readDown, type Up } from './messages.js';
import { aboveZero, gramOf, multiplicativeUpdate } from './multiplicative.js';

/**
 * A party of a non-negative factorisation T ≈ W H: keeps H_kᵀ (c_k × r) and updates it by
 * H_k ← H_k ∘ (G_kᵀ D_k) / (WᵀW H_k), with G_k = I_kᵀ W.
 */
export const nmfParty: PartyProgram = {
  needs: { moments: false, norms: true },
  start({ names }, spec) {
    if (spec.type !== 'nmf') throw new Error(`${spec.type} is no matrix factorisation`);
    return writeState(drawn(names, spec.rank, spec.seed));
  },
  startAt({ names }, spec, { theta: given, known }) {
    if (spec.type !== 'nmf') throw new Error(`${spec.type} is no matrix factorisation`);
    const { rank, seed } = spec;
    const isKnown = (at: number) => known?.[Math.floor(at / rank)] !== 0;
    const { data } = aboveZero(given);
    const own = dense(
      names.length,
      rank,
      data.map((value, at) => (isKnown(at) ? value : 0)),
    );
    // A new column has no part in the first W, but may not begin at 0, which an update cannot leave.
    const fresh = drawn(names, rank, seed).data;
    const all = dense(
      names.length,
      rank,
      data.map((value, at) => (isKnown(at) ? value : fresh[at]!)),
    );
    const up: Up = { total: null };
    const gram = denseTensor(gramOf(own));
    return { state: writeState(all, true), theta: own, up: { json: up, tensors: { gram } } };
  },
  update(state, message, gradient) {
    const down = readDown(message);
    const before = readState(state);
    const given = stateJson.parse(state.json).given;
    if (down.do === 'open') {
      const total = { sum: gradient.data.reduce((a, b) => a + b, 0), columns: gradient.rows };
      return answer(before, { total });
    }
    // H may be any multiple of itself here: an update does not depend on its scale, so nobody tells the initial one.
    const square = denseOf(message.tensors, 'gram');
    const from = given ? lifted(before, gradient, square) : before;
    return answer(multiplicativeUpdate(from, gradient, square), { total: null });
  },
  parameters: readState,
};

/** Twice a uniform number each, by the name of the column. */
function drawn(names: readonly string[], rank: number, seed: number): Dense {
  const data = names.flatMap((name) => {
    const draw = draws(`nmf column ${seed} ${name}`);
    return Array.from({ length: rank }, (_, component) => 2 * draw(component));
  });
  return dense(names.length, rank, Float64Array.from(data));
}

/** Share of its row's mean to which an entry is lifted that the gradient would have grow by more than a hundredth at once. */
const LIFTED = 0.1;
const GROWS = 1.01;

/** Entries given as 0 grow by shares of next to nothing: the training would rest before they have come to be something. */
function lifted(theta: Dense, numerator: Dense, square: Dense): Dense {
  const grown = multiplicativeUpdate(theta, numerator, square).data;
  const { rows, columns: r } = theta;
  const result = dense(rows, r, theta.data.slice());
  for (let row = 0; row < rows; row++) {
    const from = row * r;
    const mean = theta.data.subarray(from, from + r).reduce((sum, value) => sum + value, 0) / r;
    for (let at = from; at < from + r; at++) {
      const value = theta.data[at]!;
      if (value < LIFTED * mean && grown[at]! > GROWS * value) result.data[at] = LIFTED * mean;
    }
  }
  return result;
}

function answer(theta: Dense, json: Up) {
  const up = { json, tensors: { gram: denseTensor(gramOf(theta)) } };
  return { state: writeState(theta), theta, up };
}

/** Whether H is what was given, and no update has been made. */
const stateJson = z.object({ given: z.boolean().optional() });

function writeState(theta: Dense, given = false): State {
  return { json: given ? { given } : {}, tensors: { theta: denseTensor(theta) } };
}

function readState({ tensors }: State): Dense {
  return denseOf(tensors, 'theta');
}
