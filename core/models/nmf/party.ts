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
    return { state: writeState(all), theta: own, up: { json: up, tensors: { gram } } };
  },
  update(state, message, gradient) {
    const down = readDown(message);
    const before = readState(state);
    if (down.do === 'open') {
      const total = { sum: gradient.data.reduce((a, b) => a + b, 0), columns: gradient.rows };
      return answer(before, { total });
    }
    // H may be any multiple of itself here: an update does not depend on its scale, so nobody tells the initial one.
    return answer(multiplicativeUpdate(before, gradient, denseOf(message.tensors, 'gram')), { total: null });
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

function answer(theta: Dense, json: Up) {
  const up = { json, tensors: { gram: denseTensor(gramOf(theta)) } };
  return { state: writeState(theta), theta, up };
}

function writeState(theta: Dense): State {
  return { json: {}, tensors: { theta: denseTensor(theta) } };
}

function readState({ tensors }: State): Dense {
  return denseOf(tensors, 'theta');
}
