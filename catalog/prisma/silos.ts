import type { HostProfile } from '../../core/planner/plan.js';
import type { SiloRecord, SiloRepository } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { compareText } from './columns.js';
import { transact, type Database, type Transaction } from './database.js';

export function createSiloRepository(database: Database): SiloRepository {
  return {
    register: (silo, host) =>
      transact(database, async (transaction) => {
        await lockSilo(transaction, silo);
        const columns = toColumns(host);
        await transaction.host.upsert({
          where: { siloName_name: { siloName: silo, name: host.host } },
          create: { siloName: silo, name: host.host, ...columns },
          update: columns,
        });
      }),

    async list(): Promise<SiloRecord[]> {
      const rows = await database.silo.findMany({ include: { hosts: true } });
      return rows
        .map((row) => ({
          silo: row.name,
          hosts: row.hosts.map(fromRow).sort((a, b) => compareText(a.host, b.host)),
          registeredAt: row.registeredAt.toISOString(),
        }))
        .sort((a, b) => compareText(a.silo, b.silo));
    },
  };
}

/** Makes the silo known if it is not, and keeps other transactions from changing it and its tables until this one ends. */
export async function lockSilo(transaction: Transaction, silo: string): Promise<void> {
  await transaction.silo.upsert({ where: { name: silo }, create: { name: silo }, update: { name: silo } });
}

type HostColumns = Omit<Prisma.HostUncheckedCreateInput, 'siloName' | 'name'>;

function toColumns({ cpu, cores, memoryBytes, node, rates }: HostProfile): HostColumns {
  const {
    denseMultiplyAdds,
    gathers,
    scatters,
    lossEvaluations,
    putBytes,
    getBytes,
    scannedCells,
    matchedRows,
  } = rates;
  return {
    ...{ cpu, cores, memoryBytes: BigInt(memoryBytes), node },
    ...{
      denseMultiplyAdds,
      gathers,
      scatters,
      lossEvaluations,
      putBytes,
      getBytes,
      scannedCells,
      matchedRows,
    },
  };
}

function fromRow(row: Prisma.HostGetPayload<object>): HostProfile {
  const {
    denseMultiplyAdds,
    gathers,
    scatters,
    lossEvaluations,
    putBytes,
    getBytes,
    scannedCells,
    matchedRows,
  } = row;
  return {
    host: row.name,
    cpu: row.cpu,
    cores: row.cores,
    memoryBytes: Number(row.memoryBytes),
    node: row.node,
    rates: {
      denseMultiplyAdds,
      gathers,
      scatters,
      lossEvaluations,
      putBytes,
      getBytes,
      scannedCells,
      matchedRows,
    },
  };
}
