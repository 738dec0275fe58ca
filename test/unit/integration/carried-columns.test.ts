import { expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import { carriedColumns } from '../../../core/integration/carried-columns.js';
import { encode, fitEncoder, type FeatureData } from '../../../core/integration/encode.js';
import { encodedColumns, encodedWidth } from '../../../core/integration/encoder.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { carryComponents, carryLengths, carryPoints, carryWeights } from '../../../core/models/carry.js';

const ROWS = 60;

/** Two versions of a table: the second has other means, spreads, levels and knots. */
function tableOf(version: 1 | 2): FeatureData {
  const number = (row: number) => Math.sin(row * 1.3) * (version === 1 ? 2 : 3) + (version === 1 ? 5 : 7);
  const numeric = new Map([
    ['x', Float64Array.from({ length: ROWS }, (_, row) => number(row))],
    ['p', Float64Array.from({ length: ROWS }, (_, row) => number(row + 9) / 3)],
    ['day', Float64Array.from({ length: ROWS }, (_, row) => 12_000 + 31 * row * version)],
  ]);
  const levels = version === 1 ? ['a', 'b'] : ['a', 'b', 'c'];
  const codes = Int32Array.from({ length: ROWS }, (_, row) => row % levels.length);
  return { rows: ROWS, numeric, categorical: new Map([['g', { values: levels, codes }]]) };
}

const features: FeatureColumn[] = [
  { name: 'x', encoding: 'numeric', times: ['g'] },
  { name: 'p', encoding: 'polynomial', degree: 3 },
  { name: 'day', encoding: 'date', unit: 'day', parts: ['year', 'month'], cyclic: true },
  { name: 'g', encoding: 'categorical', indicator: true },
];
const plain = features.map(({ times: _, ...rest }) => rest as FeatureColumn);

const encoderOf = (data: FeatureData, columns = plain) =>
  fitEncoder(data, columns, new Float64Array(ROWS).fill(1), ROWS);

const weightsFor = (width: number, q = 2) =>
  dense(
    width,
    q,
    Float64Array.from({ length: width * q }, (_, at) => Math.cos(at * at + 1)),
  );

test('scores of the new rows are what the old encoder and θ make of them, but for the shift', () => {
  const [before, now] = [encoderOf(tableOf(1)), encoderOf(tableOf(2))];
  const theta = weightsFor(encodedWidth(before));
  const {
    theta: carried,
    shift = new Float64Array(2),
    known,
  } = carryWeights(theta, carriedColumns(before, now));
  const old = encode(tableOf(2), before).multiply(theta);
  const anew = encode(tableOf(2), now).multiply(carried);
  expect(Math.abs(shift[0]!)).toBeGreaterThan(0.1);
  old.data.forEach((score, at) => {
    expect(anew.data[at]! + shift[at % 2]!).toBeCloseTo(score, 9);
  });
  expect(known?.every((one) => one === 1)).toBe(true);
});

test('with the same encoder everything stays as it is, products, bins and splines included', () => {
  const columns: FeatureColumn[] = [
    ...features,
    { name: 'x2', encoding: 'bins', count: 4 },
    { name: 'x3', encoding: 'spline', knots: 4, degree: 3 },
  ];
  const data = tableOf(1);
  const x = data.numeric.get('x')!;
  const wider = { ...data, numeric: new Map([...data.numeric, ['x2', x], ['x3', x]]) } as FeatureData;
  const encoder = encoderOf(wider, columns);
  const theta = weightsFor(encodedWidth(encoder), 4);
  const same = carriedColumns(encoder, encoder);
  const { shift, ...weights } = carryWeights(theta, same);
  expect(weights.theta.data).toEqual(theta.data);
  expect(shift?.every((value) => value === 0)).toBe(true);
  for (const carry of [carryPoints, carryComponents, carryLengths])
    expect(carry(theta, same).theta.data).toEqual(theta.data);
});

test('a spline whose knots have moved is close to the curve that it was', () => {
  const columns: FeatureColumn[] = [{ name: 'x', encoding: 'spline', knots: 8, degree: 3 }];
  const [before, now] = [encoderOf(tableOf(1), columns), encoderOf(tableOf(2), columns)];
  const width = encodedWidth(before);
  const theta = dense(
    width,
    1,
    Float64Array.from({ length: width }, (_, at) => Math.sin(at / 2)),
  );
  const { theta: carried } = carryWeights(theta, carriedColumns(before, now));
  const old = encode(tableOf(2), before).multiply(theta).data;
  const anew = encode(tableOf(2), now).multiply(carried).data;
  const off = old.map((value, row) => Math.abs(value - anew[row]!));
  expect(Math.max(...off)).toBeLessThan(0.4);
});

test('centres are the same points in other units; a column that was not there is new', () => {
  const [before, now] = [encoderOf(tableOf(1)), encoderOf(tableOf(2))];
  const [x] = [before.numeric[0], now.numeric[0]];
  if (x?.kind !== 'numeric' || now.numeric[0]?.kind !== 'numeric') throw new Error('x is a number');
  const at = encodedColumns(before).indexOf('x');
  const width = encodedWidth(before);
  const centres = dense(width, 1, new Float64Array(width).fill(0.5));
  const { theta, known } = carryPoints(centres, carriedColumns(before, now));
  const raw = 0.5 * x.scale + x.center;
  const { center, scale } = now.numeric[0];
  expect(theta.data[encodedColumns(now).indexOf('x')]).toBeCloseTo((raw - center) / scale, 12);
  expect(at).toBeGreaterThanOrEqual(0);
  expect(known?.[encodedColumns(now).indexOf('g=c')]).toBe(0);
  const without = encoderOf(tableOf(1), plain.slice(1));
  const missing = carryWeights(weightsFor(encodedWidth(without)), carriedColumns(without, before));
  expect(missing.known?.[at]).toBe(0);
  expect([...missing.theta.data.slice(2 * at, 2 * at + 2)]).toEqual([0, 0]);
});
