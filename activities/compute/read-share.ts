import { entryOf } from '../../core/entry-of.js';
import type { Stores } from '../../core/exchange/stores.js';
import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { FeatureData } from '../../core/integration/encode.js';
import type { ShareOfColumns } from '../../workflows/contracts/operations.js';

/** The columns that a table gives to a group, under the names that they have in T. */
export async function readShare(
  stores: Stores,
  { features, columns, sources }: Pick<ShareOfColumns, 'features' | 'columns' | 'sources'>,
): Promise<FeatureData> {
  const { rows, numeric, categorical, targets } = readFeatures(await stores.get(features));
  const named = <T>(read: ReadonlyMap<string, T>) =>
    new Map(
      columns.flatMap(({ name }, at) => {
        const source = sources[at] ?? name;
        return read.has(source) ? [[name, entryOf(read, source)] as const] : [];
      }),
    );
  return { rows, numeric: named(numeric), categorical: named(categorical), ...(targets && { targets }) };
}
