import { dense } from '../core/algebra/dense.js';
import type { Matrix } from '../core/algebra/matrix.js';
import { gaussianNmf, gradientDescent, kMeans } from './models.js';
import type { Problem } from './problem.js';

/** One thing that is measured, on any form of T. */
export interface Operation {
  /** Name, also the peers'. */
  readonly name: string;
  readonly title: string;
  /** Runs it and gives the result, which the next run may overwrite. */
  readonly run: (form: 'factorized' | 'materialized') => Float64Array;
}

/** The operators once each, and the models with `iterations` iterations. */
export function operations(problem: Problem, iterations: number): Operation[] {
  const { x1, x5, y1, y5, labels, classes, step, centres, w, h, subset } = problem;
  const { rows, columns } = problem.materialized;
  const [up1, up5] = [dense(rows, 1), dense(rows, 5)];
  const [down1, down5] = [dense(columns, 1), dense(columns, 5)];
  const left = dense(5, rows);
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < 5; j++) left.data[j * rows + row] = y5.data[row * 5 + j]!;
  const on =
    (run: (table: Matrix) => Float64Array): Operation['run'] =>
    (form) =>
      run(problem[form]);
  const all: (Operation | undefined)[] = [
    { name: 'TX1', title: 'T X, p = 1', run: on((t) => (t.multiplyInto(up1, x1), up1.data)) },
    { name: 'TX5', title: 'T X, p = 5', run: on((t) => (t.multiplyInto(up5, x5), up5.data)) },
    { name: 'TtY1', title: 'Tᵀ Y, p = 1', run: on((t) => (t.transposedMultiplyInto(down1, y1), down1.data)) },
    { name: 'TtY5', title: 'Tᵀ Y, p = 5', run: on((t) => (t.transposedMultiplyInto(down5, y5), down5.data)) },
    { name: 'XT5', title: 'X T, p = 5', run: on((t) => t.leftMultiply(left).data) },
    {
      name: 'Gram',
      title: subset.length < columns ? `Gram, ${subset.length} of ${columns} columns` : 'Gram',
      run: (form) => problem.gramTables[form].gram().data,
    },
    {
      name: 'LinReg',
      title: `LinReg, ${iterations} it.`,
      run: on((t) => gradientDescent(t, labels, step, iterations, 'squared')),
    },
    {
      name: 'LogReg',
      title: `LogReg, ${iterations} it.`,
      run: on((t) => gradientDescent(t, classes, step, iterations, 'logistic')),
    },
    {
      name: 'KMeans',
      title: `K-means k = ${centres.columns}, ${iterations} it.`,
      run: on((t) => kMeans(t, centres, iterations)),
    },
    problem.nonNegative
      ? {
          name: 'NMF',
          title: `NMF r = 5, ${iterations} it.`,
          run: on((t) => gaussianNmf(t, w, h, iterations)),
        }
      : undefined,
  ];
  if (!problem.nonNegative) console.error('NMF is left out: T has negative cells');
  return all.filter((operation) => operation !== undefined);
}
