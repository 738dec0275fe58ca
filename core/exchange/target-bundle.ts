import { z } from 'zod';
import { shareId, sharesById, type TargetIndex } from '../integration/target-index.js';
import type { Bundle } from './bundle.js';

const targetJson = z.object({
  rows: z.int(),
  trainRows: z.int(),
  groups: z.array(
    z.object({ id: z.string(), shares: z.array(z.object({ party: z.string(), sourceRows: z.int() })) }),
  ),
});

export function targetBundle(target: TargetIndex): Bundle {
  const { rows, trainRows, labels, weights, groups } = target;
  return {
    json: {
      rows,
      trainRows,
      groups: groups.map(({ id, shares }) => ({
        id,
        shares: shares.map(({ party, sourceRows }) => ({ party, sourceRows })),
      })),
    },
    tensors: {
      labels: { shape: [labels.length], data: labels },
      ...(weights && { weights: { shape: [weights.length], data: weights } }),
      ...Object.fromEntries(
        [...sharesById(target)].map(([id, share]) => [`index.${id}`, { shape: [rows], data: share.rows }]),
      ),
    },
  };
}

export function readTarget({ json, tensors }: Bundle): TargetIndex {
  const { rows, trainRows, groups } = targetJson.parse(json);
  const labels = tensors.labels?.data;
  const weights = tensors.weights?.data;
  const indexOf = (id: string) => {
    const index = tensors[`index.${id}`]?.data;
    if (!(index instanceof Int32Array)) throw new Error(`the target has no index vector of ${id}`);
    return index;
  };
  return {
    rows,
    trainRows,
    labels: labels instanceof Float64Array ? labels : new Float64Array(0),
    ...(weights instanceof Float64Array && { weights }),
    groups: groups.map(({ id, shares }) => ({
      id,
      shares: shares.map((share) => ({ ...share, rows: indexOf(shareId({ id }, share.party)) })),
    })),
  };
}
