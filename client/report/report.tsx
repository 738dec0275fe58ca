import { render } from 'preact-render-to-string';
import type { TopLevelSpec } from 'vega-lite';
import type { RunRecord } from '../../catalog/catalog.js';
import { formatTime } from '../cli/format.js';
import type { ValidationReport } from '../../core/validation/report.js';
import type { Coefficient } from '../stored-model.js';
import { drawChart } from './chart.js';
import { coefficientsCaption, coefficientsPlot, largestCoefficients } from './coefficient-plots.js';
import { drawEvaluation, EvaluationSection } from './evaluation.js';
import { Lineage } from './lineage.js';
import { searchPlot } from './search-plot.js';
import { bytesBySilo, gradientCurve, learningCurve, planCosts } from './plots.js';
import { Chart, Measures, Overview, PlanChoice, Section } from './sections.js';
import { STYLE } from './style.js';

/** What is read of the run's model beside what the catalog knows of it, where it can be. */
export interface ReportedModel {
  readonly coefficients?: readonly Coefficient[];
  /** Names of its classes by code. */
  readonly classes?: readonly string[];
  /** What cross-validation has found of it. */
  readonly validation?: ValidationReport;
}

/** A run as one HTML page that needs nothing else: charts are inside, and there is no script. */
export async function renderReport(
  run: RunRecord,
  writtenAt: string,
  { coefficients = [], classes, validation }: ReportedModel = {},
): Promise<string> {
  const { facts, plan, resolved, job } = run;
  const draw = async (spec: TopLevelSpec | undefined) => (spec ? drawChart(spec) : undefined);
  const evaluation = facts?.evaluation ?? undefined;
  const largest = largestCoefficients(coefficients);
  const [curve, gradient, costs, bytes, weights, search, evaluated] = await Promise.all([
    draw(facts ? learningCurve(facts) : undefined),
    draw(facts ? gradientCurve(facts) : undefined),
    draw(plan ? planCosts(plan, facts) : undefined),
    draw(facts ? bytesBySilo(plan, facts) : undefined),
    draw(coefficientsPlot(largest, classes)),
    draw(validation && searchPlot(validation)),
    evaluation && drawEvaluation(evaluation, classes),
  ]);
  const metrics = facts?.metrics;
  const page = (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${job?.name ?? run.run} – Amalur`}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <Overview run={run} />
        <Measures run={run} />
        {evaluation && evaluated && (
          <EvaluationSection evaluation={evaluation} charts={evaluated} names={classes} />
        )}
        {search && (
          <Section title="Search">
            <Chart
              svg={search}
              caption="Mean over the folds of each trial, ± one standard error; the diamond was chosen. Test rows took no part."
            />
          </Section>
        )}
        {weights && (
          <Section title="Coefficients">
            <Chart svg={weights} caption={coefficientsCaption(coefficients, largest)} />
          </Section>
        )}
        {resolved && (
          <Section title="Data">
            <Lineage
              resolved={resolved}
              rows={metrics ? metrics.train.rows + metrics.test.rows : undefined}
            />
          </Section>
        )}
        {curve && (
          <Section title="Learning">
            <Chart svg={curve} caption="Mean loss on the training rows, without penalty." />
            {gradient && <Chart svg={gradient} caption="Norm of the gradient of what is minimised." />}
          </Section>
        )}
        {plan && costs && <PlanChoice plan={plan} svg={costs} />}
        {bytes && (
          <Section title="What left the silos">
            <Chart
              svg={bytes}
              caption="Bytes by silo, as the plan predicted them and as they were counted."
            />
          </Section>
        )}
        {job && (
          <Section title="Job">
            <details>
              <summary>as it ran, with every default; hash {run.jobHash}</summary>
              <pre>{JSON.stringify(job, null, 2)}</pre>
            </details>
          </Section>
        )}
        <p class="muted">Written by Amalur, {formatTime(writtenAt)}.</p>
      </body>
    </html>
  );
  return `<!doctype html>\n${render(page)}\n`;
}
