import type { CategoricalEncoding } from '../../../integration/encoder.js';
import type { Codes } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';

/** The position of a text among the levels, after them of any other; of "", unless it is a level, that of NULL. */
export function categoryBlock(
  graph: OnnxGraph,
  text: Value,
  { levels }: Pick<CategoricalEncoding, 'levels'>,
): Codes {
  const other = levels.length;
  const known = levels.includes('') ? levels : [...levels, ''];
  const positions = known.map((_, at) => (at === other ? other + 1 : at));
  const looked = graph.apply(
    'LabelEncoder',
    [text],
    { keys_strings: known, values_int64s: { ints: positions }, default_int64: other },
    'ai.onnx.ml',
  );
  return { codes: graph.apply('Squeeze', [looked, graph.integers([1], [1])]), levels: other + 1 };
}
