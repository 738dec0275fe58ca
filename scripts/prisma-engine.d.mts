import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

type Provider = 'sqlite' | 'postgresql';

export declare function missingMigration(
  provider: Provider,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<string>;

export declare function postgresAdapter(url: string): SqlMigrationAwareDriverAdapterFactory;

export interface MigrationStatus {
  readonly editedMigrationNames: string[];
  readonly failedMigrationNames: string[];
  readonly hasMigrationsTable: boolean;
  readonly history: { readonly diagnostic: string } | null;
}

export declare function migrationStatus(
  provider: Provider,
  adapter: SqlMigrationAwareDriverAdapterFactory,
): Promise<MigrationStatus>;
