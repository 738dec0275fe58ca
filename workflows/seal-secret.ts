import { siloAt } from './activity-proxies.js';
import { siteOf } from './contracts/task-queues.js';
import { baseSilo, silosOf, type Run } from './publish.js';

/** The silos agree on a secret that this workflow carries only sealed: keys are hashed under it. */
export async function sealSecret({
  execution,
  resolved,
}: Pick<Run, 'execution' | 'resolved'>): Promise<Readonly<Record<string, string>>> {
  const base = baseSilo(resolved);
  const others = silosOf(resolved).filter((silo) => silo !== base);
  const keys = await Promise.all(
    others.map(async (silo) => {
      const { publicKey } = await siloAt(siteOf(silo), `${silo} makes a key pair`).openChannel({ execution });
      return [silo, publicKey] as const;
    }),
  );
  const publicKeys = Object.fromEntries(keys);
  const { sealed } = await siloAt(siteOf(base), `${base} seals the secret`).sealSecret({
    execution,
    publicKeys,
  });
  return sealed;
}
