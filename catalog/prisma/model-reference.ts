import type { Transaction } from './database.js';

/** The alias that every new version takes over. */
export const LATEST = 'latest';

/** The version that `name` (its latest), `name@3` or `name@alias` means. */
export async function findVersion(
  transaction: Pick<Transaction, 'modelVersion' | 'modelAlias'>,
  reference: string,
): Promise<{ modelName: string; version: number } | null> {
  const [modelName = '', tag = LATEST, ...rest] = reference.split('@');
  if (rest.length > 0) return null;
  return /^\d{1,9}$/.test(tag)
    ? transaction.modelVersion.findUnique({
        where: { modelName_version: { modelName, version: Number(tag) } },
      })
    : transaction.modelAlias.findUnique({ where: { modelName_alias: { modelName, alias: tag } } });
}
