import type { BlobRef, Home } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { columnNames } from '../../core/integration/column-names.js';
import { crossFitted, encode, fitEncoder } from '../../core/integration/encode.js';
import type { Encoder } from '../../core/integration/encoder.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { readEncoder } from '../../core/models/model-part.js';
import { trainedBy } from '../../core/models/programs.js';
import { answerShare, startParty, stepParty, type PartyTable } from '../../core/training/exchange.js';
import type { Actor } from '../../core/training/journal.js';
import type { State } from '../../core/training/program.js';
import { float64 } from '../../core/training/tensors.js';
import type { TrainingShare } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';

export interface PartyStart extends TrainingShare {
  readonly trainRows: number;
  readonly spec: ModelSpec;
}

export interface PartyLive {
  readonly spec: ModelSpec;
  /** The group of columns that the table supplies, alone or with others. */
  readonly group: string;
  readonly encoder: Encoder;
  readonly source: PartyTable;
  /** The program's state; none where others supply the columns too: their program runs at the aggregator. */
  readonly state: State | undefined;
}

/** A table's part in a run: encoded columns in memory, their program's state, a message in, a message out. */
export function partyActor(
  stores: Stores,
  messageHome: Home,
): Actor<PartyLive, PartyStart, { round: number; down: BlobRef }, BlobRef | null> {
  const prepare = async (input: PartyStart) => {
    const { columns, group, trainRows, spec } = input;
    const data = await readShare(stores, input);
    const counts = float64((await stores.get(input.counts)).tensors, 'counts');
    const encoder = input.encoder
      ? readEncoder(await stores.get(input.encoder))
      : fitEncoder(data, columns, counts, trainRows, trainedBy(spec).encoding);
    const table = encode(crossFitted(data, columns, counts), encoder);
    const source = { table, names: columnNames(group, encoder), counts, trainRows };
    return { spec, group, encoder, source };
  };

  return {
    name: 'party',
    async start(input) {
      const party = await prepare(input);
      const alone = input.id === input.group;
      const state = alone ? startParty(trainedBy(party.spec).party, party.source, party.spec) : undefined;
      return { live: { ...party, state }, output: null };
    },
    async step(live, { down }) {
      const message = await stores.get(down);
      const program = trainedBy(live.spec).party;
      const { state, up } =
        live.state === undefined
          ? { state: undefined, up: answerShare(program, live.source, message) }
          : stepParty(program, live.source, live.state, message);
      return { live: { ...live, state }, output: await stores.put(messageHome, 'message', up) };
    },
    save: ({ state }) => state ?? { json: {}, tensors: {} },
    async load(input, saved) {
      return { ...(await prepare(input)), state: input.id === input.group ? saved : undefined };
    },
  };
}
