import type { ColumnEncoding } from '../../../integration/encoder.js';
import type { Block } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';
import { binsBlock } from './bins.js';
import { categoryBlock } from './category.js';
import { dateBlock } from './date.js';
import { polynomialBlock } from './polynomial.js';
import { scaled } from './scaled.js';
import { splineBlock } from './spline.js';
import { targetBlock } from './target.js';

type EncodingOf = { readonly [Kind in ColumnEncoding['kind']]: Extract<ColumnEncoding, { kind: Kind }> };

/**
 * How columns are encoded; what ONNX cannot say is not among them: it has no SHA-256 by which a text could be hashed. Cells are N × 1,
 * float64 or texts.
 */
const ENCODERS: {
  readonly [Kind in keyof EncodingOf]?: (graph: OnnxGraph, cells: Value, encoding: EncodingOf[Kind]) => Block;
} = {
  numeric: (graph, x, encoding) => ({ numbers: scaled(graph, x, encoding), columns: 1 }),
  polynomial: polynomialBlock,
  spline: splineBlock,
  bins: binsBlock,
  date: dateBlock,
  categorical: categoryBlock,
  target: targetBlock,
};

/** A column as it is encoded; undefined where ONNX cannot say it. Numbers may be NaN where there are none. */
export function blockOf<Kind extends keyof EncodingOf>(
  graph: OnnxGraph,
  cells: Value,
  kind: Kind,
  encoding: EncodingOf[Kind],
): Block | undefined {
  return ENCODERS[kind]?.(graph, cells, encoding);
}
