import type { Dense } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { Encoder } from '../integration/encoder.js';
import type { ModelType } from '../job/schema.js';
import type { InteractionPart } from '../models/interaction-part.js';

/** Columns of T that come from the same tables, with their parameters θ (c × q). */
export interface ExportedPart {
  /** Id of the group of columns. */
  readonly group: string;
  /** Name of an input by that of its column in the encoder. */
  readonly inputName: (column: string) => string;
  readonly encoder: Encoder;
  readonly theta: Dense;
}

/** All that is predicted with. */
export interface ExportedModel {
  readonly type: ModelType;
  /** `name@version`. */
  readonly name: string;
  /** Groups of columns; those without any are left out. */
  readonly parts: readonly ExportedPart[];
  /** Parameters that belong to no column. */
  readonly own: Float64Array;
  /** Input of what is added to the score of each row; default: nothing is. */
  readonly offsets?: string;
  /** Products of columns of different parts. */
  readonly interactions?: InteractionPart;
  /** Names of the classes, of a model that learns many. */
  readonly classes?: readonly string[];
  /** Layers above the first, of a network. */
  readonly network?: Bundle;
}
