import { z } from 'zod';
import type { BlobRef, Home } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { Json } from '../../core/json.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { Metrics } from '../../core/models/model.js';

/** What one training without a fold came to. */
export interface FoldRecord {
  readonly trial: number;
  /** The model's settings in the trial. */
  readonly model: ModelSpec;
  readonly rows: { readonly train: number; readonly validate: number };
  readonly measures: Metrics;
  readonly nonZero?: number;
}

const storedRecord = z.object({
  before: z.custom<BlobRef>().nullable(),
  record: z.custom<FoldRecord>(),
});

/** Stores a record behind those before it: a workflow carries the ref of the last. */
export function appendRecord(stores: Stores, home: Home, before: BlobRef | undefined, record: FoldRecord) {
  // Records are plain JSON: names, numbers and null.
  const json = { before: before ?? null, record } as unknown as Json;
  return stores.put(home, 'measures', { json, tensors: {} });
}

/** All records up to this one, in the order in which they were made. */
export async function readRecords(stores: Stores, last: BlobRef): Promise<FoldRecord[]> {
  const records: FoldRecord[] = [];
  for (let at: BlobRef | null = last; at !== null;) {
    const { before, record } = storedRecord.parse((await stores.get(at)).json);
    records.push(record);
    at = before;
  }
  return records.reverse();
}
