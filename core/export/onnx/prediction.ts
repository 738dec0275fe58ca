import type { ExportedModel } from '../exported-model.js';
import type { OnnxGraph, Value } from './graph.js';

/**
 * Outputs of a model.
 * @param scores of the rows, N × q
 * @param norms ‖t‖² of the rows, N × 1
 */
export type Prediction = (graph: OnnxGraph, scores: Value, model: ExportedModel, norms: () => Value) => void;
