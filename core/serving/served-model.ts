import type { Dense } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { LinkData } from '../exchange/table-bundle.js';
import type { ColumnSource, ResolvedGroup, ResolvedJoin } from '../job/resolved.js';
import type { ModelManifest, ModelPart } from '../models/model.js';
import type { ColumnType } from '../sources/profile.js';

/** All that a single row is scored by: the base table's part of a model, and of every other table keys and partial scores. */
export interface ServedModel extends Pick<ModelManifest, 'type' | 'intercept' | 'own'> {
  /** Id of the base table, whose rows are given. */
  readonly base: string;
  /** Types of all columns of the base table. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly joins: readonly ResolvedJoin[];
  /** Sorted by id: sums run in this order. */
  readonly groups: readonly ResolvedGroup[];
  /** Where the offset of a row comes from; left out: nothing is added to scores. */
  readonly offsets?: readonly ColumnSource[];
  /** Names of the classes, of a model that learns many. */
  readonly classes?: readonly string[];
  /** Layers above the first, of a network. */
  readonly network?: Bundle;
  /** Of the shares of the base table, by share. */
  readonly parts: ReadonlyMap<string, Pick<ModelPart, 'encoder' | 'theta'>>;
  /** Of every other table its keys and, if it supplies them, offsets. */
  readonly links: ReadonlyMap<string, Pick<LinkData, 'rows' | 'keys' | 'offsets'>>;
  /** Partial scores D_k θ_k (r_k × q) of every other table, by share. */
  readonly scores: ReadonlyMap<string, Dense>;
  /** Under which keys are hashed; left out: under none. */
  readonly secret?: Uint8Array;
}
