import { paddedKnots, splineWidth } from '../../../integration/encoding/spline.js';
import type { SplineEncoding } from '../../../integration/encoder.js';
import type { Block } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';

/**
 * The B-spline basis by the recursion of Cox and de Boor over all functions at once (de Boor, A Practical Guide to Splines, 1978,
 * ch. X (4)): B_i,d = (x − t_i) / (t_i+d − t_i) B_i,d−1 + (t_i+d+1 − x) / (t_i+d+1 − t_i+1) B_i+1,d−1.
 */
export function splineBlock(graph: OnnxGraph, cell: Value, spline: SplineEncoding): Block {
  const { degree, extrapolation } = spline;
  const columns = splineWidth(spline);
  const [unit, t] = paddedKnots(spline);
  const row = (length: number, value: (at: number) => number) =>
    graph.numbers(
      Array.from({ length }, (_, at) => value(at)),
      [1, length],
    );
  const slice = (basis: Value, from: number, length: number) =>
    graph.apply('Slice', [
      basis,
      graph.integers([from], [1]),
      graph.integers([from + length], [1]),
      graph.integers([1], [1]),
    ]);

  const x = graph.apply('Mul', [cell, graph.number(unit)]);
  const inside = graph.apply('Min', [
    graph.apply('Max', [x, graph.number(t[degree]!)]),
    graph.number(t[columns]!),
  ]);
  /** Of the pieces between the padded knots only those within the knots are ever met, the outermost without an end. */
  const within = (at: number) => at >= degree && at < columns;
  const lows = row(t.length - 1, (at) => (at === degree ? -Infinity : within(at) ? t[at]! : Infinity));
  const highs = row(t.length - 1, (at) =>
    at === columns - 1 ? Infinity : within(at) ? t[at + 1]! : -Infinity,
  );
  const piece = graph.apply('And', [
    graph.apply('GreaterOrEqual', [inside, lows]),
    graph.apply('Less', [inside, highs]),
  ]);
  let basis = graph.apply('Cast', [piece], { to: graph.element('double') });
  let lower = basis;
  for (let d = 1; d <= degree; d++) {
    const n = t.length - 1 - d;
    const rising = graph.apply('Div', [
      graph.apply('Sub', [inside, row(n, (i) => t[i]!)]),
      row(n, (i) => t[i + d]! - t[i]!),
    ]);
    const falling = graph.apply('Div', [
      graph.apply('Sub', [row(n, (i) => t[i + d + 1]!), inside]),
      row(n, (i) => t[i + d + 1]! - t[i + 1]!),
    ]);
    lower = basis;
    basis = graph.apply('Add', [
      graph.apply('Mul', [rising, slice(basis, 0, n)]),
      graph.apply('Mul', [falling, slice(basis, 1, n)]),
    ]);
  }
  if (extrapolation !== 'linear') return { numbers: basis, columns };
  // B′_i = d (B_i,d−1 / (t_i+d − t_i) − B_i+1,d−1 / (t_i+d+1 − t_i+1)), by how far x is outside.
  const perUnit = (shift: number) =>
    graph.apply('Mul', [
      slice(lower, shift, columns),
      row(columns, (i) => degree / (t[i + shift + degree]! - t[i + shift]!)),
    ]);
  const slopes = graph.apply('Sub', [perUnit(0), perUnit(1)]);
  const beyond = graph.apply('Mul', [graph.apply('Sub', [x, inside]), slopes]);
  return { numbers: graph.apply('Add', [basis, beyond]), columns };
}
