import { AmalurError } from '../errors.js';
import type { ModelType } from '../job/schema.js';
import { EncodedRow, type ExportedPart } from './encoded-row.js';
import { ROUNDING } from '../models/k-means/nearest.js';
import { OnnxGraph, type Value } from './onnx-graph.js';
import { ELEMENT } from './onnx-proto.js';

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
}

/** From the scores of the rows (N × q) to what is predicted of them. */
type Prediction = (graph: OnnxGraph, scores: Value, model: ExportedModel, norms: () => Value) => void;

/** @param link operator from a score to a prediction; default: they are the same */
function generalisedLinear(link?: string): Prediction {
  return (graph, scores, { own }) => {
    const score = graph.apply('Add', [scores, graph.numbers(own, [1, 1])]);
    graph.output('prediction', link === undefined ? score : graph.apply(link, [score]), 'double');
  };
}

const PREDICTIONS: Partial<Record<ModelType, Prediction>> = {
  'linear-regression': generalisedLinear(),
  'logistic-regression': generalisedLinear('Sigmoid'),
  'poisson-regression': generalisedLinear('Exp'),
  'gamma-regression': generalisedLinear('Exp'),
  'huber-regression': generalisedLinear(),
  'quantile-regression': generalisedLinear(),
  /** ‖t − c_j‖² = ‖t‖² − 2 t c_jᵀ + ‖c_j‖²; of centres that are as near but for rounding the first (core/models/k-means/nearest.ts). */
  'k-means': (graph, scores, { own }, norms) => {
    const number = (value: number) => graph.numbers([value], [1, 1]);
    const squares = graph.numbers(own, [1, own.length]);
    const sizes = graph.apply('Add', [norms(), squares]);
    const distances = graph.apply('Sub', [sizes, graph.apply('Mul', [scores, number(2)])]);
    const least = graph.apply('ReduceMin', [distances], { axes: { ints: [1] }, keepdims: 1 });
    const rounding = graph.apply('Mul', [sizes, number(ROUNDING)]);
    const near = graph.apply('LessOrEqual', [distances, graph.apply('Add', [least, rounding])]);
    const first = graph.apply('ArgMax', [graph.apply('Cast', [near], { to: ELEMENT.float })], {
      axis: 1,
      keepdims: 1,
    });
    const nothingLeft = graph.apply('ReduceMin', [rounding], { axes: { ints: [1] }, keepdims: 1 });
    const square = graph.apply('Where', [graph.apply('Greater', [least, nothingLeft]), least, number(0)]);
    graph.output('cluster', first, 'int64');
    graph.output('distance', graph.apply('Sqrt', [square]), 'double');
  },
};

/**
 * A model with the encoding of its columns as an ONNX model in float64: raw cells in, one input a column; predictions out.
 * @throws AMALUR_NOT_EXPORTABLE for a model, or an encoding, that ONNX cannot say
 */
export function toOnnx(model: ExportedModel): Uint8Array {
  const predict = PREDICTIONS[model.type];
  if (!predict) {
    const can = Object.keys(PREDICTIONS).join(', ');
    throw new AmalurError('AMALUR_NOT_EXPORTABLE', `a model of type ${model.type} is not exported to ONNX`, {
      field: 'model',
      suggestion: `these are: ${can}`,
    });
  }
  const graph = new OnnxGraph();
  const rows = model.parts.map((part) => new EncodedRow(graph, part));
  const sum = (values: Value[]) => values.reduce((all, value) => graph.apply('Add', [all, value]));
  const added =
    model.offsets === undefined
      ? []
      : [graph.input(model.offsets, 'double', 'a number that is added to the score')];
  predict(graph, sum([...rows.map((row) => row.scores()), ...added]), model, () =>
    sum(rows.map((row) => row.squaredNorms())),
  );
  return graph.bytes('model', `${model.type} ${model.name}, with the encoding of its columns`, {
    model: model.name,
    type: model.type,
  });
}
