import type { Bundle } from '../../exchange/bundle.js';
import type { ModelType } from '../../job/schema.js';
import type { InteractionPart } from '../../models/interaction-part.js';
import type { ExportedPart } from './encoded-row.js';
import type { OnnxGraph, Value } from './graph.js';

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

/**
 * Outputs of a model.
 * @param scores of the rows, N × q
 * @param norms ‖t‖² of the rows, N × 1
 */
export type Prediction = (graph: OnnxGraph, scores: Value, model: ExportedModel, norms: () => Value) => void;
