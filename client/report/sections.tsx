import type { ComponentChildren } from 'preact';
import type { RunRecord } from '../../catalog/catalog.js';
import type { Plan } from '../../core/planner/plan.js';
import {
  formatBytes,
  formatBytesBySilo,
  formatCount,
  formatSkipped,
  formatSeconds,
  formatTime,
  measuresOf,
  NONE,
} from '../cli/format.js';
import { intervalOf } from '../cli/show-evaluation.js';

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export interface ReportColumn {
  readonly head: string;
  readonly number?: boolean;
}

/** A table; columns of numbers stand to the right. */
export function Rows({
  columns,
  rows,
}: {
  columns: readonly ReportColumn[];
  rows: readonly (readonly string[])[];
}) {
  const place = (column: ReportColumn | undefined) => (column?.number === true ? 'number' : '');
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th class={place(column)}>{column.head}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, at) => (
                <td class={place(columns[at])}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A chart, drawn already. */
export function Chart({ svg, caption }: { svg: string; caption: string }) {
  return (
    <figure>
      <div dangerouslySetInnerHTML={{ __html: svg }} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** What a reader looks for first. */
export function Overview({ run }: { run: RunRecord }) {
  const { facts } = run;
  const figures: (readonly [string, string])[] = [
    ...(facts?.metrics
      ? measuresOf(facts.metrics.test).map(([name, value]) => [`test ${name}`, value] as const)
      : []),
    ...(facts && run.kind === 'training' ? [['rounds', formatCount(facts.rounds)] as const] : []),
    ...(facts ? [['time', formatSeconds(facts.seconds.total)] as const] : []),
    ...(facts ? [['left the silos', formatBytes(total(facts.bytesOut))] as const] : []),
  ];
  return (
    <header>
      <h1>{run.job?.name ?? run.run}</h1>
      <p class="muted">
        {run.kind} run {run.run}, started {formatTime(run.startedAt)}
        {run.finishedAt === null ? '' : `, finished ${formatTime(run.finishedAt)}`}
      </p>
      <p>
        {run.status}
        {run.model === null ? '' : `; model ${run.model}`}
        {run.plan === null ? '' : `; ${run.plan.chosen}`}
        {facts?.stopReason ? `; ${facts.stopReason}` : ''}
      </p>
      {facts?.skipped && <p class="bad">Trained without {formatSkipped(facts.skipped)}.</p>}
      {run.error === null ? null : (
        <p class="bad">
          {run.error.code}: {run.error.message}
        </p>
      )}
      <div class="figures">
        {figures.map(([name, value]) => (
          <div class="figure">
            <b>{value}</b>
            <span>{name}</span>
          </div>
        ))}
      </div>
    </header>
  );
}

function total(bytes: Readonly<Record<string, number>>): number {
  return Object.values(bytes).reduce((sum, value) => sum + value, 0);
}

/** Measures on training and test rows. */
export function Measures({ run }: { run: RunRecord }) {
  const metrics = run.facts?.metrics;
  if (!metrics) return null;
  const test = measuresOf(metrics.test);
  return (
    <Section title="Measures">
      <Rows
        columns={[
          { head: '' },
          { head: 'training rows', number: true },
          { head: 'test rows', number: true },
          { head: '95 % interval' },
        ]}
        rows={[
          ...measuresOf(metrics.train).map(([name, value], at) => [
            name,
            value,
            test[at]?.[1] ?? NONE,
            intervalOf(run.facts?.evaluation, name),
          ]),
          ['rows', formatCount(metrics.train.rows), formatCount(metrics.test.rows), NONE],
        ]}
      />
    </Section>
  );
}

/** The plan with its alternatives: why this one, what the others would have cost, what ruled them out. */
export function PlanChoice({ plan, svg }: { plan: Plan; svg: string }) {
  return (
    <Section title="Plan and alternatives">
      <p>{plan.explanation}</p>
      <Chart svg={svg} caption="Predicted seconds of each plan, and what this run took." />
      <Rows
        columns={[
          { head: 'plan' },
          { head: 'seconds', number: true },
          { head: 'rounds', number: true },
          { head: 'memory', number: true },
          { head: 'leaves the silos' },
          { head: 'why' },
        ]}
        rows={plan.candidates.map(({ id, seconds, rounds, memoryBytes, bytesOut, excluded, explanation }) => [
          id === plan.chosen ? `→ ${id}` : id,
          formatSeconds(seconds.total),
          String(rounds.expected),
          formatBytes(memoryBytes),
          formatBytesBySilo(bytesOut),
          excluded.length > 0 ? excluded.join(' ') : explanation,
        ])}
      />
    </Section>
  );
}
