import type { ErrorCode } from './errors.js';

// Codes of what the machine or the network does and what may be over in a moment: of our own, of the operating system, and Prisma's
// for the catalog's database.

const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  'AMALUR_STORE_UNREACHABLE',
  'AMALUR_SOURCE_UNREACHABLE',
  'AMALUR_SERVER_UNREACHABLE',
  'AMALUR_DISK_FULL',
  'AMALUR_HOST_FAILED',
  'AMALUR_COMPUTE_LOST',
]);

/** The database cannot be reached, does not answer in time, or has closed the connection; or a host does not answer. */
const UNREACHABLE = /^(P1001|P1002|P1008|P1017|ECONN[A-Z]+)$/;

/** Besides, the database has no connection left, or could not finish a transaction. */
const BUSY = /^(P2024|P2028|P2034|P2037)$/;

/** Whether an error of ours may be over in a moment. */
export function isPassing(code: string): boolean {
  return PASSING.has(code);
}

export function isUnreachable(code: string): boolean {
  return UNREACHABLE.test(code);
}

/** Which of our errors a failure of the operating system or of the catalog's database is; undefined for what does not pass by itself. */
export function passingCode(code: string): ErrorCode | undefined {
  if (isUnreachable(code) || BUSY.test(code)) return 'AMALUR_SERVER_UNREACHABLE';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'AMALUR_DISK_FULL';
  return /^E[A-Z]+$/.test(code) ? 'AMALUR_HOST_FAILED' : undefined;
}
