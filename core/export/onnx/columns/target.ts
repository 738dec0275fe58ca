import type { TargetEncoding } from '../../../integration/encoder.js';
import type { Numbers } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';
import { categoryBlock } from './category.js';

/** The scaled mean label of a text's level, looked up; of a text that is no level 0, of "", unless it is a level, that of NULL. */
export function targetBlock(graph: OnnxGraph, text: Value, encoding: TargetEncoding): Numbers {
  const { levels, means, missing, center, scale } = encoding;
  const cells = [...means, center, missing].map((mean) => (mean - center) / scale);
  const { codes } = categoryBlock(graph, text, { levels });
  const numbers = graph.apply('Gather', [graph.numbers(cells, [cells.length, 1]), codes], { axis: 0 });
  return { numbers, columns: 1 };
}
