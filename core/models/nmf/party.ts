import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { PartyProgram, State } from '../../training/program.js';
import { denseOf, denseTensor } from '../../training/tensors.js';
import { draws } from '../draws.js';
import { readDown, type Up } from './messages.js';
import { gramOf, multiplicativeUpdate } from './multiplicative.js';

/**
 * A party of a non-negative factorisation T ≈ W H: keeps H_kᵀ (c_k × r) and updates it by
 * H_k ← H_k ∘ (G_kᵀ D_k) / (WᵀW H_k), with G_k = I_kᵀ W.
 */
export const nmfParty: PartyProgram = {
  needs: { moments: false, norms: true },
  start({ names }, spec) {
    if (spec.type !== 'nmf') throw new Error(`${spec.type} is no matrix factorisation`);
    const { rank, seed } = spec;
    const data = names.flatMap((name) => {
      const draw = draws(`nmf column ${seed} ${name}`);
      return Array.from({ length: rank }, (_, component) => 2 * draw(component));
    });
    return writeState(dense(names.length, rank, Float64Array.from(data)));
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
