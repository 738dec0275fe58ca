import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { BlobRef, Home } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { columnNames } from '../../core/integration/column-names.js';
import { encode, fitEncoder } from '../../core/integration/encode.js';
import type { Encoder } from '../../core/integration/encoder.js';
import type { Party } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { familyOf } from '../../core/models/programs.js';
import { startParty, stepParty, type PartyTable } from '../../core/training/exchange.js';
import type { Actor } from '../../core/training/journal.js';
import type { State } from '../../core/training/program.js';
import { float64 } from '../../core/training/tensors.js';

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
  readonly source: PartyTable;
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
    const names = columnNames(party.id, encoder);
    const source: PartyTable = { table: encode(data, encoder), names, counts: occurrences, trainRows };
    return { encoder, source };
  };

  return {
    name: 'party',
    async start(input) {
      const { spec } = input;
      const { encoder, source } = await prepare(input);
      const state = startParty(familyOf(spec.type).party, source, spec);
      return { live: { spec, encoder, source, state }, output: null };
    },
    async step(live, { down }) {
      const { party } = familyOf(live.spec.type);
      const { state, up } = stepParty(party, live.source, live.state, await stores.get(down));
      return { live: { ...live, state }, output: await stores.put(messageHome, 'message', up) };
    },
    save: ({ state }) => state,
    async load(input, state) {
      return { spec: input.spec, ...(await prepare(input)), state };
    },
  };
}
