// Codes of what the machine or the network does and what may be over in a moment: those of the operating system, and Prisma's
// for the catalog's database. Of our own codes one is such: a server of objects that is away or overloaded.

/** The database cannot be reached, does not answer in time, or has closed the connection; or a host does not answer. */
const UNREACHABLE = /^(P1001|P1002|P1008|P1017|ECONN[A-Z]+)$/;

/** Besides, the database has no connection left, or could not finish a transaction. */
const BUSY = /^(P2024|P2028|P2034|P2037)$/;

export function isUnreachable(code: string): boolean {
  return UNREACHABLE.test(code);
}

export function isPassing(code: string): boolean {
  return (
    isUnreachable(code) || BUSY.test(code) || code === 'AMALUR_STORE_UNREACHABLE' || /^E[A-Z]+$/.test(code)
  );
}
