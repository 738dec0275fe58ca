import type { Seconds } from '../../core/planner/plan.js';

/** Reads a text column that this catalog wrote as canonical JSON; the writer's type is the reader's. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T;
}

/** A number as a nullable column takes it: NaN and infinities, which SQLite cannot hold, become NULL. */
export function toNullable(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function fromNullable(value: number | null): number {
  return value ?? Number.NaN;
}

export interface SecondsColumns<N extends number | null = number> {
  secondsJoin: N;
  secondsCompute: N;
  secondsTransfer: N;
  secondsOrchestration: N;
  secondsTotal: N;
}

export function toSecondsColumns(seconds: Seconds): SecondsColumns {
  return {
    secondsJoin: seconds.join,
    secondsCompute: seconds.compute,
    secondsTransfer: seconds.transfer,
    secondsOrchestration: seconds.orchestration,
    secondsTotal: seconds.total,
  };
}

export function fromSecondsColumns(row: SecondsColumns<number | null>): Seconds {
  return {
    join: fromNullable(row.secondsJoin),
    compute: fromNullable(row.secondsCompute),
    transfer: fromNullable(row.secondsTransfer),
    orchestration: fromNullable(row.secondsOrchestration),
    total: fromNullable(row.secondsTotal),
  };
}

/** Ascending order of UTF-16 code units, which is the same whatever the database's collation. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
