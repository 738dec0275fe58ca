import { canonicalJson } from '../../core/json.js';
import type { ColumnType, TableProfile } from '../../core/sources/profile.js';
import type { TableRecord, TableRepository } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { compareText, fromJson } from './columns.js';
import { transact, type Database, type Transaction } from './database.js';
import { lockSilo } from './silos.js';

const withColumns = { columns: { orderBy: { position: 'asc' } } } as const;

type VersionRow = Prisma.TableVersionGetPayload<{ include: typeof withColumns }>;

export function createTableRepository(database: Database): TableRepository {
  return {
    record: (silo, profiles, present) =>
      transact(database, async (transaction) => {
        await lockSilo(transaction, silo);
        for (const profile of profiles) await recordProfile(transaction, silo, profile);
        const names = [...present];
        const gone = { siloName: silo, present: true, name: { notIn: names } };
        const back = { siloName: silo, present: false, name: { in: names } };
        await transaction.sourceTable.updateMany({ where: gone, data: { present: false } });
        await transaction.sourceTable.updateMany({ where: back, data: { present: true } });
      }),

    async list(): Promise<TableRecord[]> {
      const rows = await database.sourceTable.findMany({
        where: { present: true },
        include: { current: { include: withColumns } },
      });
      return rows
        .flatMap(({ siloName, name, current }) => (current ? [toRecord(siloName, name, current)] : []))
        .sort((a, b) => compareText(a.silo, b.silo) || compareText(a.profile.table, b.profile.table));
    },
  };
}

async function recordProfile(transaction: Transaction, silo: string, profile: TableProfile): Promise<void> {
  const table = await transaction.sourceTable.upsert({
    where: { siloName_name: { siloName: silo, name: profile.table } },
    create: { siloName: silo, name: profile.table, present: true },
    update: {},
    include: { _count: { select: { versions: true } } },
  });
  const known = await transaction.tableVersion.findUnique({
    where: { tableId_contentHash: { tableId: table.id, contentHash: profile.contentHash } },
    include: withColumns,
  });
  const version = known
    ? await refresh(transaction, known, profile)
    : await transaction.tableVersion.create({
        data: {
          tableId: table.id,
          version: table._count.versions + 1,
          contentHash: profile.contentHash,
          ...toColumns(profile),
        },
      });
  if (table.currentVersionId !== version.id) {
    await transaction.sourceTable.update({ where: { id: table.id }, data: { currentVersionId: version.id } });
  }
}

/** The same content may be described anew, say when its owner declares a key. */
async function refresh(
  transaction: Transaction,
  known: VersionRow,
  profile: TableProfile,
): Promise<{ id: number }> {
  if (canonicalJson(toProfile(profile.table, known)) === canonicalJson(profile)) return known;
  await transaction.tableColumn.deleteMany({ where: { versionId: known.id } });
  return transaction.tableVersion.update({ where: { id: known.id }, data: toColumns(profile) });
}

function toColumns(profile: TableProfile) {
  return {
    rows: BigInt(profile.rows),
    bytes: BigInt(profile.bytes),
    keysJson: canonicalJson(profile.keys),
    columns: {
      create: profile.columns.map(({ name, type, nulls, distinct }, position) => ({
        ...{ position, name, type, nulls: BigInt(nulls), distinct: BigInt(distinct) },
      })),
    },
  };
}

function toProfile(table: string, row: VersionRow): TableProfile {
  return {
    table,
    rows: Number(row.rows),
    columns: row.columns.map(({ name, type, nulls, distinct }) => ({
      name,
      type: type as ColumnType, // written from a ColumnProfile
      nulls: Number(nulls),
      distinct: Number(distinct),
    })),
    keys: fromJson<TableProfile['keys']>(row.keysJson),
    contentHash: row.contentHash,
    bytes: Number(row.bytes),
  };
}

function toRecord(silo: string, table: string, row: VersionRow): TableRecord {
  return {
    silo,
    profile: toProfile(table, row),
    version: row.version,
    profiledAt: row.profiledAt.toISOString(),
  };
}
