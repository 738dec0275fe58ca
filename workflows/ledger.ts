import type { Seconds } from '../core/planner/plan.js';
import { longest } from './contracts/costs.js';
import type { Cost } from './contracts/operations.js';

/** Sums that survive `continue as new`. */
export interface LedgerState {
  readonly startedAt: number;
  readonly join: number;
  readonly compute: number;
  readonly transfer: number;
  readonly bytesOut: Readonly<Record<string, number>>;
}

export function beginning(startedAt: number): LedgerState {
  return { startedAt, join: 0, compute: 0, transfer: 0, bytesOut: {} };
}

interface At {
  /** Silo whose bytes count; undefined for the aggregator worker. */
  readonly silo: string | undefined;
  readonly cost: Cost;
}

/**
 * Where a run's time and bytes go. Of operations that run side by side only the longest is on the critical path; what is
 * left of the wall-clock time when joining, computing and transfer are taken off is orchestration.
 */
export class Ledger {
  /** @param onBytesOut told whenever bytes have left a silo */
  constructor(
    private state: LedgerState,
    private readonly onBytesOut: (bytesOut: LedgerState['bytesOut']) => void,
  ) {}

  /** Enters operations that ran at the same time. */
  together(entries: readonly At[]): void {
    this.segment(longest(entries.map(({ cost }) => cost)), entries);
  }

  /** Enters operations that ran side by side and waited for one another. @param critical seconds of those that were waited for */
  segment(critical: Cost, entries: readonly At[]): void {
    const bytesOut = { ...this.state.bytesOut };
    for (const { silo, cost } of entries) {
      if (silo !== undefined) bytesOut[silo] = (bytesOut[silo] ?? 0) + cost.bytesOut;
    }
    const { join, compute, transfer } = this.state;
    this.state = {
      ...this.state,
      join: join + critical.join,
      compute: compute + critical.compute,
      transfer: transfer + critical.transfer,
      bytesOut,
    };
    this.onBytesOut(bytesOut);
  }

  /** Enters what a child workflow has cost. */
  add(child: LedgerState): void {
    const { startedAt, join, compute, transfer, bytesOut } = this.state;
    const silos = [...new Set([...Object.keys(bytesOut), ...Object.keys(child.bytesOut)])];
    this.state = {
      startedAt,
      join: join + child.join,
      compute: compute + child.compute,
      transfer: transfer + child.transfer,
      bytesOut: Object.fromEntries(
        silos.map((silo) => [silo, (bytesOut[silo] ?? 0) + (child.bytesOut[silo] ?? 0)]),
      ),
    };
    this.onBytesOut(this.state.bytesOut);
  }

  snapshot(): LedgerState {
    return this.state;
  }

  seconds(now: number): Seconds {
    const { startedAt, join, compute, transfer } = this.state;
    const total = (now - startedAt) / 1000;
    return { join, compute, transfer, orchestration: Math.max(0, total - join - compute - transfer), total };
  }

  get bytesOut(): Readonly<Record<string, number>> {
    return this.state.bytesOut;
  }
}
