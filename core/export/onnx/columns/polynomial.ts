import type { PolynomialEncoding } from '../../../integration/encoder.js';
import type { Block } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';
import { scaled } from './scaled.js';

/** z, z², …, each the one before by z. */
export function polynomialBlock(graph: OnnxGraph, x: Value, encoding: PolynomialEncoding): Block {
  const { degree } = encoding;
  const z = scaled(graph, x, encoding);
  const powers = [z];
  for (let power = z; powers.length < degree; powers.push(power)) power = graph.apply('Mul', [power, z]);
  return { numbers: graph.concat(powers), columns: degree };
}
