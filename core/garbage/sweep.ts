import { AmalurError } from '../errors.js';
import type { Shelf, Store, StoredItem } from '../exchange/store.js';
import { isPassing } from '../passing-codes.js';
import { GRACE_MS } from './cutoff.js';
import { describeRecord } from './describe-record.js';
import { isKept, namesIn, packNames, unpackNames, type Roots } from './roots.js';

export interface SweepOptions {
  readonly roots: Roots;
  /** Milliseconds since 1970: what is as young or younger stays (cutoff.ts). */
  readonly before: number;
  /** Counts what would go, and leaves it. */
  readonly dryRun: boolean;
}

/** What has gone of a shelf, or would go, and what stays. */
export interface ShelfReport {
  readonly freed: number;
  readonly freedBytes: number;
  readonly kept: number;
  readonly keptBytes: number;
}

/** The records of one execution, which go together or not at all. */
interface Group {
  readonly execution: string | undefined;
  newest: number;
  readonly records: RecordRead[];
}

/** A record, and the names that stand in it, packed. */
interface RecordRead extends StoredItem {
  readonly mentions: Uint8Array;
}

/**
 * Removes the records of every execution that is not kept, has no record younger than `before`, and is mentioned by none that
 * stays. Returns also all names that the records which stay mention.
 */
export async function sweepRecords(
  store: Store,
  options: SweepOptions,
): Promise<{ readonly report: ShelfReport; readonly mentioned: ReadonlySet<string> }> {
  const groups = await groupsOf(store);
  const groupOf = new Map(groups.flatMap((group) => group.records.map(({ name }) => [name, group] as const)));
  const staying = new Set<Group>();
  const mentioned = new Set<string>();
  const waiting = groups.filter(
    ({ execution, newest }) =>
      newest >= options.before || (execution !== undefined && isKept(options.roots, execution)),
  );
  for (const name of options.roots.names) waiting.push(...optional(groupOf.get(name)));
  // Marks: what a record that stays mentions stays with all of its run, and so on.
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    if (staying.has(group)) continue;
    staying.add(group);
    for (const { mentions } of group.records) {
      for (const other of unpackNames(mentions)) {
        mentioned.add(other);
        waiting.push(...optional(groupOf.get(other)));
      }
    }
  }
  const report = counter();
  for (const group of groups) {
    for (const record of group.records)
      await sweepOne(store, 'records', record, staying.has(group), options, report);
  }
  return { report, mentioned };
}

/** Removes blobs that are older than `before` and that nothing mentions. */
export async function sweepBlobs(
  store: Store,
  mentioned: ReadonlySet<string>,
  options: SweepOptions,
): Promise<ShelfReport> {
  const report = counter();
  for await (const blob of store.list('blobs')) {
    const stays =
      blob.changedAt >= options.before || mentioned.has(blob.name) || options.roots.names.has(blob.name);
    await sweepOne(store, 'blobs', blob, stays, options, report);
  }
  return report;
}

/** Each is a round trip to an object store, of which a year's runs leave millions. */
const READ_AT_ONCE = 16;

async function groupsOf(store: Store): Promise<Group[]> {
  const items: StoredItem[] = [];
  for await (const item of store.list('records')) items.push(item);
  const read: RecordRead[] = [];
  const told = new Map<string, ReturnType<typeof describeRecord>>();
  for (let at = 0; at < items.length; at += READ_AT_ONCE) {
    const part = items.slice(at, at + READ_AT_ONCE);
    const texts = await Promise.all(part.map(({ name }) => store.readRecord(name)));
    part.forEach((item, i) => {
      const text = texts[i] ?? '';
      told.set(item.name, describeRecord(text));
      read.push({ ...item, mentions: packNames(namesIn(text)) });
    });
  }
  const groups = new Map<string, Group>();
  for (const item of read) {
    const record = told.get(item.name);
    const root = record?.root ?? item.name;
    // Records of an older version do not say what execution they belong to; those of one chain still go together.
    const execution = record?.execution ?? told.get(root)?.execution;
    const by = execution ?? `chain ${root}`;
    const group = groups.get(by) ?? { execution, newest: 0, records: [] };
    group.newest = Math.max(group.newest, item.changedAt);
    group.records.push(item);
    groups.set(by, group);
  }
  return [...groups.values()];
}

type Counter = { -readonly [Key in keyof ShelfReport]: ShelfReport[Key] };

function counter(): Counter {
  return { freed: 0, freedBytes: 0, kept: 0, keptBytes: 0 };
}

async function sweepOne(
  store: Store,
  shelf: Shelf,
  item: StoredItem,
  stays: boolean,
  { dryRun }: SweepOptions,
  report: Counter,
): Promise<void> {
  const gone = !stays && (dryRun || (await store.remove(shelf, item)));
  if (gone) {
    report.freed += 1;
    report.freedBytes += item.bytes;
  } else {
    report.kept += 1;
    report.keptBytes += item.bytes;
  }
}

function optional<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/**
 * Removes what was begun more than a day ago and never finished. @returns how many; null where the store does not list it: not every server does, nor
 * lets everybody, and all else is collected all the same
 */
export async function sweepUnfinished(store: Store, dryRun: boolean): Promise<number | null> {
  try {
    return await store.removeUnfinished(Date.now() - GRACE_MS, dryRun);
  } catch (error) {
    if (error instanceof AmalurError && !isPassing(error.code)) return null;
    throw error;
  }
}
