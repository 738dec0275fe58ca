import { z } from 'zod';
import type { SourceIndex, TargetIndex } from '../integration/target-index.js';
import type { Bundle } from './bundle.js';

const targetJson = z.object({
  rows: z.int(),
  trainRows: z.int(),
  parties: z.array(z.object({ party: z.string(), sourceRows: z.int() })),
});

export function targetBundle({ rows, trainRows, labels, indices }: TargetIndex): Bundle {
  return {
    json: {
      rows,
      trainRows,
      parties: [...indices].map(([party, { sourceRows }]) => ({ party, sourceRows })),
    },
    tensors: {
      labels: { shape: [labels.length], data: labels },
      ...Object.fromEntries(
        [...indices].map(([party, index]) => [`index.${party}`, { shape: [rows], data: index.rows }]),
      ),
    },
  };
}

export function readTarget({ json, tensors }: Bundle): TargetIndex {
  const { rows, trainRows, parties } = targetJson.parse(json);
  const labels = tensors.labels?.data;
  const indices = new Map<string, SourceIndex>();
  for (const { party, sourceRows } of parties) {
    const index = tensors[`index.${party}`]?.data;
    if (index instanceof Int32Array) indices.set(party, { sourceRows, rows: index });
  }
  return { rows, trainRows, labels: labels instanceof Float64Array ? labels : new Float64Array(0), indices };
}
