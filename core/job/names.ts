import { z } from 'zod';

/** `silo.table`, as the catalog knows it. */
export const tableName = z
  .string()
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/, 'a table is written silo.table')
  .describe('A table of a silo, written `silo.table`.');

/** `silo.table.column`. */
export const columnName = z
  .string()
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\..+$/, 'a column is written silo.table.column')
  .describe('A column of a table, written `silo.table.column` (with the alias where a join has one).');

/** A column that the job maps from several tables, by its name in the target table. */
export const targetColumnName = z.string().regex(/^[^.]+$/, 'a target column has a name without a dot');

/** A column of a table, or one of the target table that several tables supply. */
export const featureName = z
  .string()
  .regex(
    /^([^.]+|[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\..+)$/,
    'a column is written silo.table.column, or by its name alone where several tables supply it',
  )
  .describe(
    'A column of a table, written `silo.table.column` (with the alias where a join has one), or a column that several tables ' +
      'supply by its name in the target table.',
  );
