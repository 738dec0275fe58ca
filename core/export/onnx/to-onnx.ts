import { rowRange } from '../../algebra/stack.js';
import { entryOf } from '../../entry-of.js';
import { AmalurError } from '../../errors.js';
import type { ColumnOfGroup } from '../../job/resolved.js';
import type { ModelType } from '../../job/schema.js';
import { EncodedRow } from './encoded-row.js';
import type { ExportedModel } from '../exported-model.js';
import type { Prediction } from './prediction.js';
import { OnnxGraph } from './graph.js';
import { generalisedLinear } from './predictions/generalised-linear.js';
import { kMeans } from './predictions/k-means.js';
import { network } from './predictions/network.js';
import { pca } from './predictions/pca.js';
import { softmax } from './predictions/softmax.js';
import { productTerm } from './products.js';

const PREDICTIONS: Partial<Record<ModelType, Prediction>> = {
  'linear-regression': generalisedLinear(),
  'logistic-regression': generalisedLinear('Sigmoid'),
  'poisson-regression': generalisedLinear('Exp'),
  'gamma-regression': generalisedLinear('Exp'),
  'huber-regression': generalisedLinear(),
  'quantile-regression': generalisedLinear(),
  'softmax-regression': softmax,
  'neural-network': network,
  'k-means': kMeans,
  pca,
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
      suggestion: `these are: ${can}; as .amalur all are`,
    });
  }
  const graph = new OnnxGraph(inputsOf(model));
  const rows = model.parts.map((part) => new EncodedRow(graph, part));
  const products = productsOf(graph, model, rows);
  const scores = [
    ...rows.map((row) => row.scores()),
    ...products.map(({ term, theta }) => term.times(theta)),
  ];
  if (model.offsets !== undefined)
    scores.push(graph.input(model.offsets, 'double', 'a number that is added to the score'));
  predict(graph, graph.sum(scores), model, () =>
    graph.sum([...rows.map((row) => row.squaredNorms()), ...products.map(({ term }) => term.squares())]),
  );
  return graph.bytes('model', `${model.type} ${model.name}, with the encoding of its columns`, {
    model: model.name,
    type: model.type,
  });
}

function inputsOf({ parts, offsets = '' }: ExportedModel): string[] {
  const columns = parts.flatMap(({ inputName, encoder: { numeric, targets = [], categorical } }) =>
    [...numeric, ...targets, ...categorical].map(({ column }) => inputName(column)),
  );
  return [...columns, offsets];
}

/** Products of columns of different parts, with their parameters. */
function productsOf(graph: OnnxGraph, { parts, interactions }: ExportedModel, rows: readonly EncodedRow[]) {
  const byGroup = new Map(parts.map(({ group }, at) => [group, rows[at]!]));
  const block = ({ group, column }: ColumnOfGroup) => entryOf(byGroup, group).block(column);
  if (!interactions) return [];
  let from = 0;
  return interactions.pairs.map(([a, b]) => {
    const term = productTerm(graph, block(a), block(b));
    const theta = rowRange(interactions.theta, from, term.columns);
    from += term.columns;
    return { term, theta };
  });
}
