import type { Matrix } from '../../core/algebra/matrix.js';
import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { BlobRef, Home } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { encode, fitEncoder } from '../../core/integration/encode.js';
import type { Encoder } from '../../core/integration/encoder.js';
import type { Party } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { programsOf } from '../../core/models/programs.js';
import { float64 } from '../../core/training/basis.js';
import type { Actor } from '../../core/training/journal.js';
import type { State } from '../../core/training/program.js';

export interface PartyStart {
  readonly party: Party;
  readonly features: BlobRef;
  readonly counts: BlobRef;
  readonly trainRows: number;
  readonly spec: ModelSpec;
}

export interface PartyLive {
  readonly spec: ModelSpec;
  readonly encoder: Encoder;
  /** D_k. */
  readonly table: Matrix;
  readonly state: State;
}

/** A party of a run: its encoded table in memory, its program's state, a message in, a message out. */
export function partyActor(
  stores: Stores,
  messageHome: Home,
): Actor<PartyLive, PartyStart, { round: number; down: BlobRef }, BlobRef | null> {
  const prepare = async ({ party, features, counts, trainRows }: PartyStart) => {
    const data = readFeatures(await stores.get(features));
    const occurrences = float64((await stores.get(counts)).tensors, 'counts');
    const encoder = fitEncoder(data, party.features, occurrences, trainRows);
    return { encoder, table: encode(data, encoder), counts: occurrences };
  };

  return {
    name: 'party',
    async start(input) {
      const { encoder, table, counts } = await prepare(input);
      const state = programsOf(input.spec.type).party.start(table, input.spec, counts, input.trainRows);
      return { live: { spec: input.spec, encoder, table, state }, output: null };
    },
    async step(live, { down }) {
      const { state, up } = programsOf(live.spec.type).party.step(
        live.table,
        live.state,
        await stores.get(down),
      );
      return { live: { ...live, state }, output: await stores.put(messageHome, 'message', up) };
    },
    save: ({ state }) => state,
    async load(input, state) {
      const { encoder, table } = await prepare(input);
      return { spec: input.spec, encoder, table, state };
    },
  };
}
