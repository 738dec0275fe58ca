import { AmalurError } from '../../core/errors.js';
import type { ModelRepository } from '../catalog.js';
import { transact, type Database, type Transaction } from './database.js';
import { findVersion } from './model-reference.js';

/** What is decided about the names of versions: by a person, or by a verdict over two versions. */
export function createAliasDecisions(
  database: Database,
): Pick<ModelRepository, 'setAlias' | 'decide' | 'isDecided'> {
  return {
    setAlias: (name, version, alias) =>
      transact(database, async (transaction) => {
        await requireVersion(transaction, name, version);
        const { lastVersion } = await transaction.model.findUniqueOrThrow({ where: { name } });
        await pointAlias(transaction, { name, version, alias, judged: lastVersion });
      }),

    decide: ({ name, version, alias, over, promoted }) =>
      transact(database, async (transaction) => {
        await requireVersion(transaction, name, version);
        const modelName = name;
        const there = () =>
          transaction.modelAlias.findUnique({ where: { modelName_alias: { modelName, alias } } });
        if (promoted && over !== null) {
          // One statement compares and sets: of two transactions the second sees what the first has left.
          await transaction.modelAlias.updateMany({
            where: { modelName, alias, version: over, judged: { lt: version } },
            data: { version },
          });
        }
        if (promoted && over === null && !(await there()))
          await transaction.modelAlias.create({ data: { modelName, alias, version } });
        const found = await there();
        // A verdict that came too late has decided nothing.
        if (!promoted || found?.version === version) {
          await transaction.modelAlias.updateMany({
            where: { modelName, alias, judged: { lt: version } },
            data: { judged: version },
          });
        }
        return found?.version ?? null;
      }),

    async isDecided(modelName, version, alias) {
      const found = await database.modelAlias.findUnique({
        where: { modelName_alias: { modelName, alias } },
      });
      return found !== null && (found.version === version || found.judged >= version);
    },
  };
}

export interface Pointing {
  readonly name: string;
  readonly version: number;
  readonly alias: string;
  readonly judged: number;
}

/** Lets an alias name a version, whatever it named before. */
export async function pointAlias(
  transaction: Transaction,
  { name: modelName, version, alias, judged }: Pointing,
): Promise<void> {
  await transaction.modelAlias.upsert({
    where: { modelName_alias: { modelName, alias } },
    create: { modelName, alias, version, judged },
    update: { version, judged },
  });
}

async function requireVersion(transaction: Transaction, name: string, version: number): Promise<void> {
  const there = await findVersion(transaction, `${name}@${version}`);
  if (!there) throw new AmalurError('AMALUR_UNKNOWN_MODEL', `there is no model ${name}@${version}`);
}
