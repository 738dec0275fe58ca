import fc from 'fast-check';
import { grouped, type Grouped } from './arbitrary-groups.js';

/** A target of several tables whose rows are of 2 to 4 classes; its test row may be of a class that training has not seen. */
export const classified: fc.Arbitrary<Grouped> = grouped.chain((scene) => {
  const { rows, trainRows } = scene.target;
  return fc
    .array(fc.integer({ min: 0, max: 3 }), { minLength: rows, maxLength: rows })
    .filter((drawn) => new Set(drawn.slice(0, trainRows)).size > 1)
    .map((drawn) => {
      const seen = [...new Set(drawn.slice(0, trainRows))].sort((a, b) => a - b);
      const codes = drawn.map((label) => (seen.includes(label) ? seen.indexOf(label) : seen.length));
      const classes = seen.map((label) => `class ${String(label)}`);
      return { ...scene, target: { ...scene.target, labels: Float64Array.from(codes), classes } };
    });
});
