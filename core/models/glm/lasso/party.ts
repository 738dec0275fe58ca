import { z } from 'zod';
import { columnVector, dense } from '../../../algebra/dense.js';
import type { ModelSpec } from '../../../job/schema.js';
import type { ColumnFacts, PartyProgram, State } from '../../../training/program.js';
import { requireFinite } from '../../../training/require-finite.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../../training/tensors.js';
import { dot, plus, scaled } from '../../../training/vectors.js';
import { sparseSpec, type SparseSpec } from '../party.js';
import { combinedPoints } from './combine.js';
import { decodeDown, encodeUp, POINTS, type Down, type Norms, type Up } from './messages.js';
import { metricOf, timesMetric, type Metric } from './metric.js';
import { proximalStep, softThreshold } from './step.js';

interface Working {
  readonly spec: SparseSpec;
  readonly metric: Metric;
  readonly theta: Float64Array;
  /** x and θ of the last rounds, newest first. */
  readonly points: readonly Float64Array[];
}

/**
 * A party of a generalised linear model with the penalty λ₁‖θ‖₁ + λ₂/2 ‖θ‖²: it goes to the θ_k that the aggregator has chosen
 * among the points of earlier rounds, takes the proximal step from there to x_k, and asks for P_k = D_k (x_k − θ_k).
 */
export function lassoParty(curvature: number): PartyProgram {
  const begin = ({ moments }: ColumnFacts, spec: ModelSpec, theta: Float64Array) => {
    if (moments === undefined) throw new Error('proximal steps need the moments of the columns');
    const given = sparseSpec(spec);
    return writeState({ spec: given, metric: metricOf(moments, curvature, given.l2), theta, points: [] });
  };
  return {
    needs: { moments: true, norms: false },
    start: (columns, spec) => begin(columns, spec, new Float64Array(columns.names.length)),
    startAt(columns, spec, { theta }) {
      return { state: begin(columns, spec, theta.data), theta, up: { json: {}, tensors: {} } };
    },
    update(state, down, { data }) {
      const { working, step, up } = advance(readState(state), decodeDown(down), data);
      return { state: writeState(working), theta: columnVector(step), up: encodeUp(up) };
    },
    parameters: (state) => columnVector(readState(state).theta),
  };
}

/** @param product D_kᵀ G_k at the new θ */
function advance(at: Working, { weights, scale, residualSum }: Down, product: Float64Array) {
  const { metric } = at;
  const { l1, l2 } = at.spec;
  // The aggregator may have forgotten the older ones.
  const theta = weights.length === 0 ? at.theta : combinedPoints(weights, at.points);
  const uncentred = plus(product, l2, theta);
  const gradient = plus(uncentred, -residualSum, metric.mean);
  const x = proximalStep({ metric, scale, l1, theta, gradient });
  const points = [x, theta, ...at.points].slice(0, POINTS);

  const step = plus(x, -1, theta);
  const stepInMetric = timesMetric(metric, step);
  const ways = points.slice(1).map((point) => plus(point, -1, x));
  // g + L M (x − θ) + ξ = 0 for a subgradient ξ of λ₁‖·‖₁ at x: v = g + ξ, without the cancellation.
  const v = scaled(-scale, stepInMetric);
  const least = leastSubgradient(theta, uncentred, l1);
  const up: Up = {
    shift: dot(metric.mean, step),
    offset: dot(metric.mean, theta),
    subgradientSquare: dot(least, least),
    nonZero: theta.reduce((count, value) => count + Number(value !== 0), 0),
    length: dot(step, stepInMetric),
    x: normsOf(x),
    theta: normsOf(theta),
    away: points.slice(1).map((point) => awayFrom(x, point)),
    room: roomBetween(at.points[0] ?? theta, theta),
    slopes: Float64Array.from(ways, (way) => dot(v, way)),
    gram: dense(ways.length, ways.length, Float64Array.from(ways.flatMap((a) => ways.map((b) => dot(a, b))))),
  };
  requireFinite(up.shift, up.offset, up.subgradientSquare, up.length);
  return { working: { ...at, theta, points }, step, up };
}

/** The subgradient of least norm: g + λ₁ sign θ, and what of g exceeds λ₁ where θ is 0. */
function leastSubgradient(theta: Float64Array, gradient: Float64Array, l1: number): Float64Array {
  return gradient.map((g, i) => (theta[i] === 0 ? softThreshold(g, l1) : g + l1 * Math.sign(theta[i]!)));
}

function normsOf(vector: Float64Array): Norms {
  return { absolute: vector.reduce((sum, value) => sum + Math.abs(value), 0), square: dot(vector, vector) };
}

/** In how many columns a point lies off the face of x: not 0 where x is, or of another sign. On it ‖·‖₁ is linear. */
function awayFrom(x: Float64Array, point: Float64Array): number {
  return point.reduce((count, value, i) => count + Number(value !== 0 && !(value * x[i]! > 0)), 0);
}

/** The share of the way from x to θ at which the first parameter becomes 0 that changes its sign; 1 where none does. */
function roomBetween(x: Float64Array, theta: Float64Array): number {
  return x.reduce(
    (least, value, i) => (value * theta[i]! < 0 ? Math.min(least, value / (value - theta[i]!)) : least),
    1,
  );
}

function writeState({ spec, metric: { mean, matrix }, theta, points }: Working): State {
  return {
    json: { spec, points: points.length },
    tensors: {
      theta: vectorTensor(theta),
      mean: vectorTensor(mean),
      metric: denseTensor(matrix),
      ...Object.fromEntries(points.map((point, at) => [`point${at}`, vectorTensor(point)])),
    },
  };
}

const stateJson = z.object({ spec: z.custom<SparseSpec>(), points: z.int() });

function readState({ json, tensors }: State): Working {
  const { spec, points } = stateJson.parse(json);
  return {
    spec,
    metric: { mean: float64(tensors, 'mean'), matrix: denseOf(tensors, 'metric') },
    theta: float64(tensors, 'theta'),
    points: Array.from({ length: points }, (_, at) => float64(tensors, `point${at}`)),
  };
}
