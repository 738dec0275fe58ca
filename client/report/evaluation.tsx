import type { TopLevelSpec } from 'vega-lite';
import type { Confusion } from '../../core/evaluation/confusion.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import { confusionCells, placeNamer } from '../cli/show-confusion.js';
import { failuresOf } from '../cli/show-left-out.js';
import { lossOf } from '../cli/show-evaluation.js';
import { drawChart } from './chart.js';
import {
  calibrationPlot,
  confusionMap,
  errorHistogram,
  importanceBars,
  leftOutBars,
  lossPlot,
  precisionRecallCurve,
  predictionPlot,
  rocCurve,
} from './evaluation-plots.js';
import { Chart, Rows, Section } from './sections.js';

interface Drawn {
  readonly svg: string;
  readonly caption: string;
}

/** The plots of an evaluation: how the model does on the test rows, and what each silo adds. */
export interface EvaluationCharts {
  readonly quality: readonly Drawn[];
  readonly importance: readonly Drawn[];
}

export async function drawEvaluation(
  { classes, manyClasses, errors, importance, leftOut }: Evaluation,
  names?: readonly string[],
): Promise<EvaluationCharts> {
  const quality: [TopLevelSpec, string][] = [];
  if (classes?.curve) {
    quality.push([rocCurve(classes.curve), 'ROC on the test rows.']);
    quality.push([precisionRecallCurve(classes.curve), 'Precision and recall; dashed: guessing.']);
  }
  if (classes)
    quality.push([calibrationPlot(classes.calibration), 'Calibration, by tenths of the test rows.']);
  if (manyClasses)
    quality.push([
      confusionMap(manyClasses, placeNamer(manyClasses, names)),
      'Test rows by class and predicted class; colours: shares of the rows of a class.',
    ]);
  if (errors) {
    quality.push([predictionPlot(errors), 'Labels against predictions, by tenths of the test rows.']);
    quality.push([errorHistogram(errors), 'Errors on the test rows.']);
  }
  const lost: [TopLevelSpec, string][] = [];
  if (importance) {
    const { silos, columns } = importanceBars(importance);
    const measure = lossOf(importance);
    lost.push([
      lossPlot(measure, silos),
      'What each silo adds: the loss when its values are permuted among the test rows.',
    ]);
    if (columns.length > 0)
      lost.push([lossPlot(measure, columns), 'The same of the most important columns.']);
  }
  const bars = leftOut ? leftOutBars(leftOut) : [];
  if (leftOut && bars.length > 0) {
    const lines = leftOut.level === undefined ? '' : '; lines: 95 % intervals of the paired bootstrap';
    lost.push([
      lossPlot(lossOf(leftOut), bars),
      `The loss of a model that was trained without the silo${lines}.`,
    ]);
  }
  return { quality: await drawAll(quality), importance: await drawAll(lost) };
}

function drawAll(charts: readonly (readonly [TopLevelSpec, string])[]): Promise<Drawn[]> {
  return Promise.all(charts.map(async ([spec, caption]) => ({ svg: await drawChart(spec), caption })));
}

export function EvaluationSection({
  evaluation,
  charts,
  names,
}: {
  evaluation: Evaluation;
  charts: EvaluationCharts;
  names: readonly string[] | undefined;
}) {
  const { classes, manyClasses, leftOut } = evaluation;
  const failures = leftOut ? failuresOf(leftOut) : [];
  return (
    <>
      {charts.quality.length > 0 && (
        <Section title="On the test rows">
          <div class="beside">
            {charts.quality.map((chart) => (
              <Chart {...chart} />
            ))}
          </div>
          {classes && <ConfusionTable {...classes.confusion} nameOf={String} />}
          {manyClasses && <ConfusionTable {...manyClasses} nameOf={placeNamer(manyClasses, names)} />}
        </Section>
      )}
      {charts.importance.length + failures.length > 0 && (
        <Section title="What each silo adds">
          {charts.importance.map((chart) => (
            <Chart {...chart} />
          ))}
          {failures.map((failure) => (
            <p>{failure}</p>
          ))}
        </Section>
      )}
    </>
  );
}

function ConfusionTable({
  matrix,
  classes,
  nameOf,
}: Confusion & { readonly nameOf: (place: number) => string }) {
  const { heads, rows } = confusionCells(matrix, classes, nameOf);
  return <Rows columns={heads.map((head, at) => ({ head, number: at > 0 }))} rows={rows} />;
}
