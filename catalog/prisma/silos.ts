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
  return { cpu, cores, memoryBytes: BigInt(memoryBytes), node, ...ratesOf(rates) };
}

function fromRow(row: Prisma.HostGetPayload<object>): HostProfile {
  const { name: host, cpu, cores, memoryBytes, node } = row;
  return { host, cpu, cores, memoryBytes: Number(memoryBytes), node, rates: ratesOf(row) };
}

/** The rates alone, of a row or of a profile that may hold more. */
function ratesOf(from: HostProfile['rates']): HostProfile['rates'] {
  return {
    denseMultiplyAdds: from.denseMultiplyAdds,
    gathers: from.gathers,
    scatters: from.scatters,
    lossEvaluations: from.lossEvaluations,
    putBytes: from.putBytes,
    getBytes: from.getBytes,
    scannedCells: from.scannedCells,
    matchedRows: from.matchedRows,
  };
}
