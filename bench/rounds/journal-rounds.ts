import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A round as the journals of an installation have it. */
export interface Round {
  /** From the commit of the aggregator's step before to that of this one. */
  readonly wallMs: number;
  /** Arithmetic of the slowest party, and of the aggregator. */
  readonly computeMs: number;
}

interface Step {
  readonly actor: string;
  readonly position: number;
  readonly output: { readonly cost?: { readonly compute: number } } | null;
}

/**
 * The rounds that were committed since a time, from the records of all journals: when a record was written is when its step was
 * done, and its costs stand in it. So it does not matter how steps are brought about.
 */
export async function roundsIn(folder: string, since: number): Promise<Round[]> {
  const committed = new Map<number, number>();
  const aggregator = new Map<number, number>();
  const parties = new Map<number, number>();
  for (const { step, at } of await stepsIn(folder, since)) {
    const { actor, position } = step;
    const ms = (step.output?.cost?.compute ?? 0) * 1000;
    if (actor === 'party') parties.set(position, Math.max(ms, parties.get(position) ?? 0));
    if (actor === 'aggregator') {
      committed.set(position, at);
      aggregator.set(position, ms);
    }
  }
  return [...committed].flatMap(([position, at]) => {
    const before = committed.get(position - 1);
    if (before === undefined) return [];
    const computeMs = (aggregator.get(position) ?? 0) + (parties.get(position) ?? 0);
    return [{ wallMs: at - before, computeMs }];
  });
}

async function stepsIn(folder: string, since: number): Promise<{ step: Step; at: number }[]> {
  const state = join(folder, '.amalur');
  const found: { step: Step; at: number }[] = [];
  for (const name of await readdir(state, { recursive: true })) {
    if (!/(^|\/)records\/[0-9a-f]{2}\/[0-9a-f]{64}$/.test(name)) continue;
    const file = join(state, name);
    const { mtimeMs } = await stat(file);
    if (mtimeMs < since) continue;
    const text = await readFile(file, 'utf8');
    // Behind its checksum.
    const record = JSON.parse(text.slice(text.indexOf('\n') + 1)) as Partial<Step>;
    if (record.actor !== undefined) found.push({ step: record as Step, at: mtimeMs });
  }
  return found;
}
