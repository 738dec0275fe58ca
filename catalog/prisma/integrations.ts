import type { IntegrationFacts } from '../../core/integration/describe.js';
import { canonicalJson } from '../../core/json.js';
import type { IntegrationRecord, IntegrationRepository } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { fromJson } from './columns.js';
import { transact, type Database } from './database.js';
import { storeIntegration } from './jobs.js';

export function createIntegrationRepository(database: Database): IntegrationRepository {
  return {
    record: (resolved, facts, createdAt) =>
      transact(database, async (transaction) => {
        const { name } = resolved.job;
        const integrationHash = await storeIntegration(transaction, resolved);
        const known = await transaction.integrationVersion.findUnique({
          where: { name_integrationHash: { name, integrationHash } },
        });
        if (known) return toRecord(known);
        // The row of the first version stays locked until the transaction ends, so that two cannot draw the same number.
        await transaction.integrationVersion.updateMany({
          where: { name, version: 1 },
          data: { version: 1 },
        });
        const last = await transaction.integrationVersion.aggregate({
          where: { name },
          _max: { version: true },
        });
        const version = (last._max.version ?? 0) + 1;
        const data = { name, version, integrationHash, createdAt, factsJson: canonicalJson(facts) };
        return toRecord(await transaction.integrationVersion.create({ data }));
      }),

    async list(name): Promise<IntegrationRecord[]> {
      const rows = await database.integrationVersion.findMany({
        where: { name },
        orderBy: { version: 'desc' },
      });
      return rows.map(toRecord);
    },
  };
}

function toRecord({
  name,
  version,
  createdAt,
  factsJson,
}: Prisma.IntegrationVersionGetPayload<object>): IntegrationRecord {
  return { name, version, createdAt: createdAt.toISOString(), facts: fromJson<IntegrationFacts>(factsJson) };
}
