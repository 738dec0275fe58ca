import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { carriedColumns } from '../../core/integration/carried-columns.js';
import type { Encoder } from '../../core/integration/encoder.js';
import type { ModelType } from '../../core/job/schema.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import type { ColumnStart, OwnStart } from '../../core/training/program.js';
import type { OwnStartRefs } from '../../workflows/contracts/rounds.js';
import { readClasses } from '../aggregator/class-names.js';

/** The parameters of a stored part over columns as they are encoded now; undefined for a model that has no start. */
export async function readColumnStart(
  stores: Stores,
  part: BlobRef,
  type: ModelType,
  encoder: Encoder,
): Promise<ColumnStart | undefined> {
  const { encoder: before, theta } = readPart(await stores.get(part));
  return familyOf(type).start?.carry(theta, carriedColumns(before, encoder));
}

/** The parameters that belong to no column. */
export async function readOwnStart(
  stores: Stores,
  { own, network, classes }: OwnStartRefs,
): Promise<OwnStart> {
  const names = await readClasses(stores, { ...(classes && { classes }) });
  return {
    own: Float64Array.from(own),
    ...(network && { network: await stores.get(network) }),
    ...(names && { classes: names }),
  };
}
