import type { TopLevelSpec } from 'vega-lite';
import type { Confusion } from '../../core/evaluation/confusion.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import { formatCount, formatMeasure, NONE } from '../cli/format.js';
import { lossOf } from '../cli/show-evaluation.js';
import { drawChart } from './chart.js';
import {
  calibrationPlot,
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

export async function drawEvaluation({
  classes,
  errors,
  importance,
  leftOut,
}: Evaluation): Promise<EvaluationCharts> {
  const quality: [TopLevelSpec, string][] = [];
  if (classes?.curve) {
    quality.push([rocCurve(classes.curve), 'ROC on the test rows.']);
    quality.push([precisionRecallCurve(classes.curve), 'Precision and recall; dashed: guessing.']);
  }
  if (classes)
    quality.push([calibrationPlot(classes.calibration), 'Calibration, by tenths of the test rows.']);
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
  if (leftOut)
    lost.push([
      lossPlot(lossOf(leftOut), leftOutBars(leftOut)),
      'The loss of a model that was trained without the silo; lines: 95 % intervals of the paired bootstrap.',
    ]);
  return { quality: await drawAll(quality), importance: await drawAll(lost) };
}

function drawAll(charts: readonly (readonly [TopLevelSpec, string])[]): Promise<Drawn[]> {
  return Promise.all(charts.map(async ([spec, caption]) => ({ svg: await drawChart(spec), caption })));
}

export function EvaluationSection({
  evaluation,
  charts,
}: {
  evaluation: Evaluation;
  charts: EvaluationCharts;
}) {
  const { classes } = evaluation;
  return (
    <>
      {charts.quality.length > 0 && (
        <Section title="On the test rows">
          <div class="beside">
            {charts.quality.map((chart) => (
              <Chart {...chart} />
            ))}
          </div>
          {classes && <ConfusionTable confusion={classes.confusion} />}
        </Section>
      )}
      {charts.importance.length > 0 && (
        <Section title="What each silo adds">
          {charts.importance.map((chart) => (
            <Chart {...chart} />
          ))}
        </Section>
      )}
    </>
  );
}

function ConfusionTable({ confusion: { matrix, classes } }: { confusion: Confusion }) {
  const share = (value: number | null | undefined) =>
    value === null || value === undefined ? NONE : formatMeasure(value);
  const heads = [...matrix.map((_, at) => `predicted ${String(at)}`), 'precision', 'recall', 'F1'];
  return (
    <Rows
      columns={[{ head: 'rows of class' }, ...heads.map((head) => ({ head, number: true }))]}
      rows={matrix.map((counts, at) => [
        String(at),
        ...counts.map(formatCount),
        share(classes[at]?.precision),
        share(classes[at]?.recall),
        share(classes[at]?.f1),
      ])}
    />
  );
}
