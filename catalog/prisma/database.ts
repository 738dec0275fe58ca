import { setTimeout as sleep } from 'node:timers/promises';
import type { Prisma, PrismaClient } from '../generated/sqlite/client.js';

/**
 * The client that all repositories are written against. Both providers' clients come from the same models; the SQLite
 * one's type is the narrower (no lists of scalars, no case-insensitive filters), so what it allows works on both.
 */
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

const ATTEMPTS = 8;
const TIMEOUT_MS = 60_000;

/**
 * Runs `work` in a transaction, again from the start if it lost a race: another writer inserted the same row first (it
 * is found the next time), or the database broke a conflict. `work` must have no effect but on the transaction.
 */
export async function transact<T>(
  database: Database,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await database.$transaction(work, { maxWait: TIMEOUT_MS, timeout: TIMEOUT_MS });
    } catch (error) {
      if (attempt === ATTEMPTS || !lostRace(error)) throw error;
      await sleep(2 ** attempt * 5 * (0.5 + Math.random()));
    }
  }
}

/** Prisma's codes: unique constraint violated, socket timeout (SQLITE_BUSY), write conflict or deadlock. */
const RACES = new Set(['P2002', 'P1008', 'P2034']);

function lostRace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && RACES.has(String(error.code));
}
