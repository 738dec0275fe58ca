import { z } from 'zod';
import { sharesById, type TargetIndex } from '../integration/target-index.js';
import { shareId } from '../job/resolved.js';
import type { Bundle } from './bundle.js';

const targetJson = z.object({
  rows: z.int(),
  trainRows: z.int(),
  classes: z.array(z.string()).optional(),
  origins: z.array(z.string()).optional(),
  groups: z.array(
    z.object({ id: z.string(), shares: z.array(z.object({ party: z.string(), sourceRows: z.int() })) }),
  ),
});

export function targetBundle(target: TargetIndex): Bundle {
  const { rows, trainRows, labels, classes, weights, offsets, blocks, groups, origins } = target;
  return {
    json: {
      rows,
      trainRows,
      ...(classes && { classes }),
      ...(origins && { origins: [...origins.keys()] }),
      groups: groups.map(({ id, shares }) => ({
        id,
        shares: shares.map(({ party, sourceRows }) => ({ party, sourceRows })),
      })),
    },
    tensors: {
      labels: { shape: [labels.length], data: labels },
      ...(weights && { weights: { shape: [weights.length], data: weights } }),
      ...(offsets && { offsets: { shape: [offsets.length], data: offsets } }),
      ...(blocks && { blocks: { shape: [blocks.length], data: blocks } }),
      ...Object.fromEntries(
        [...sharesById(target)].map(([id, share]) => [`index.${id}`, { shape: [rows], data: share.rows }]),
      ),
      ...Object.fromEntries(
        [...(origins ?? [])].map(([party, data]) => [`origin.${party}`, { shape: [rows], data }]),
      ),
    },
  };
}

export function readTarget({ json, tensors }: Bundle): TargetIndex {
  const { rows, trainRows, classes, groups, origins } = targetJson.parse(json);
  const labels = tensors.labels?.data;
  const weights = tensors.weights?.data;
  const offsets = tensors.offsets?.data;
  const blocks = tensors.blocks?.data;
  const indexOf = (name: string) => {
    const index = tensors[name]?.data;
    if (!(index instanceof Int32Array)) throw new Error(`the target has no tensor ${name}`);
    return index;
  };
  return {
    rows,
    trainRows,
    labels: labels instanceof Float64Array ? labels : new Float64Array(0),
    ...(classes && { classes }),
    ...(weights instanceof Float64Array && { weights }),
    ...(offsets instanceof Float64Array && { offsets }),
    ...(blocks instanceof Int32Array && { blocks }),
    groups: groups.map(({ id, shares }) => ({
      id,
      shares: shares.map((share) => ({ ...share, rows: indexOf(`index.${shareId({ id }, share.party)}`) })),
    })),
    ...(origins && { origins: new Map(origins.map((party) => [party, indexOf(`origin.${party}`)])) }),
  };
}
