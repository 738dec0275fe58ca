import type { Candidate } from './plan.js';

type Judged = Pick<Candidate, 'id' | 'seconds' | 'bytesOut' | 'excluded'>;

/** Plans whose predicted times differ by less than this are as fast as each other, as far as the estimate can tell. */
const WITHIN_ESTIMATE = 1.05;

export function asFast(one: Pick<Candidate, 'seconds'>, fastest: Pick<Candidate, 'seconds'>): boolean {
  return one.seconds.total <= WITHIN_ESTIMATE * fastest.seconds.total;
}

/**
 * Best first: what is allowed before what is not, then the fastest; of those that are as fast, the one that lets fewest bytes
 * out of the silos.
 */
export function ranked<T extends Judged>(candidates: readonly T[]): readonly T[] {
  const bySeconds = [...candidates].sort(
    (a, b) =>
      Math.sign(a.excluded.length) - Math.sign(b.excluded.length) ||
      a.seconds.total - b.seconds.total ||
      sent(a) - sent(b) ||
      (a.id < b.id ? -1 : 1),
  );
  const [fastest] = bySeconds;
  if (fastest === undefined || fastest.excluded.length > 0) return bySeconds;
  const equals = (one: T) => one.excluded.length === 0 && asFast(one, fastest);
  return [
    ...bySeconds.filter(equals).sort((a, b) => sent(a) - sent(b)),
    ...bySeconds.filter((one) => !equals(one)),
  ];
}

function sent({ bytesOut }: Judged): number {
  return Object.values(bytesOut).reduce((sum, bytes) => sum + bytes, 0);
}
