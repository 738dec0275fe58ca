import type { Scaling } from '../../../integration/encoding/scaling.js';
import type { OnnxGraph, Value } from '../graph.js';

/** (x − center) / scale, N × 1. */
export function scaled(graph: OnnxGraph, x: Value, { center, scale, clip }: Scaling): Value {
  const z = graph.apply('Div', [graph.apply('Sub', [x, graph.number(center)]), graph.number(scale)]);
  return clip ? graph.apply('Max', [z, graph.number(0)]) : z;
}
