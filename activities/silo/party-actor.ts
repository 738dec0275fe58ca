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
import type { StepKey, TrainingShare } from '../../workflows/contracts/operations.js';
import { costedActor, type Costed } from '../compute/costed-actor.js';
import { readShare } from '../compute/read-share.js';
import { readColumnStart } from '../compute/read-start.js';
import { privateHome, type SiteContext } from '../compute/site.js';
import { knownMoments } from './known-moments.js';

export interface PartyStart extends TrainingShare {
  readonly trainRows: number;
  readonly spec: ModelSpec;
}

/** Another training on a table that a training has encoded: with other settings, or on the rows of a fold. */
export interface PartyRestart {
  readonly id: string;
  readonly group: string;
  /** The training that has encoded it. */
  readonly of: StepKey;
  readonly spec: ModelSpec;
  readonly fold?: { readonly counts: BlobRef; readonly trainRows: number };
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

type PartyActor<Output> = Actor<
  PartyLive,
  PartyStart | PartyRestart,
  { round: number; down: BlobRef },
  Output
>;

/** The parties of a site, by where their messages go. */
export function partyActors(context: SiteContext) {
  const { journal, site } = context;
  const actorTo = (messageHome: Home): PartyActor<Costed<BlobRef | null>> =>
    costedActor(context, ({ stores }) =>
      partyActor(stores, messageHome, (head) => journal.live(actorTo(privateHome(site)), head)),
    );
  return actorTo;
}

/** Before the first step. A party that has parameters to begin at does so when it is asked for their products: moments are formed only then. */
function stateOf({ spec, source }: Pick<PartyLive, 'spec' | 'source'>): State {
  if (source.start?.columns !== undefined) return { json: {}, tensors: {} };
  return startParty(trainedBy(spec).party, source, spec);
}

/**
 * A table's part in a run: encoded columns in memory, their program's state, a message in, a message out.
 * @param encoded what a training that has begun has in memory
 */
export function partyActor(
  stores: Stores,
  messageHome: Home,
  encoded: (head: StepKey) => Promise<PartyLive>,
): PartyActor<BlobRef | null> {
  const countsAt = async (ref: BlobRef) => float64((await stores.get(ref)).tensors, 'counts');
  const again = async ({ of, spec, fold }: PartyRestart) => {
    const { group, encoder, source } = await encoded(of);
    if (!fold) return { spec, group, encoder, source: { ...source, start: { ...source.start, spec } } };
    const { trainRows } = fold;
    const counts = await countsAt(fold.counts);
    const moments = trainedBy(spec).party.needs.moments && {
      moments: knownMoments(source.table, fold.counts.sha256, counts, trainRows),
    };
    const { table, names } = source;
    return { spec, group, encoder, source: { table, names, counts, trainRows, ...moments, start: { spec } } };
  };
  const prepare = async (input: PartyStart | PartyRestart) => {
    if ('of' in input) return again(input);
    const { columns, group, trainRows, spec } = input;
    const data = await readShare(stores, input);
    const counts = await countsAt(input.counts);
    const encoder = input.encoder
      ? readEncoder(await stores.get(input.encoder))
      : fitEncoder(data, columns, counts, trainRows, trainedBy(spec).encoding);
    const table = encode(crossFitted(data, columns, counts), encoder);
    const begun = input.start && (await readColumnStart(stores, input.start, spec.type, encoder));
    const start = { spec, ...(begun && { columns: begun }) };
    const source = { table, names: columnNames(group, encoder), counts, trainRows, start };
    return { spec, group, encoder, source };
  };

  return {
    name: 'party',
    async start(input) {
      const party = await prepare(input);
      const alone = input.id === input.group;
      return { live: { ...party, state: alone ? stateOf(party) : undefined }, output: null };
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
