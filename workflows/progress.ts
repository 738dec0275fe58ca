import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import type { Candidate } from '../core/planner/plan.js';
import { mostRounds } from '../core/job/most-rounds.js';
import type { ResolvedJob } from '../core/job/resolved.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { Progress } from '../core/training/program.js';
import type { Steering as Told } from '../core/training/steering.js';
import type { Site } from '../core/planner/plan.js';
import type { Cost } from './contracts/operations.js';
import {
  PROGRESS_QUERY,
  type Phase,
  type RunProgress,
  type SiloProgress,
  type TrialProgress,
} from './contracts/results.js';
import { siteOf } from './contracts/task-queues.js';
import { observePhase, observeRound, observeRounds } from './observed.js';

const BEGINNING: RunProgress = {
  phase: 'validating',
  strategy: null,
  site: null,
  round: 0,
  maxRounds: 0,
  loss: null,
  gradientNorm: null,
  tolerance: null,
  silos: [],
};

/** How far a run is: answers the query `progress`, and keeps the table of the UI and the search attributes up to date. */
export class Watch {
  #progress: RunProgress;

  /** @param until where a run that continues as new has got; whoever watches it doesn't see it begin again */
  constructor(until: RunProgress = BEGINNING) {
    this.#progress = until;
    setHandler(defineQuery<RunProgress>(PROGRESS_QUERY), () => this.#progress);
  }

  phase(phase: Phase): void {
    this.#change({ phase });
    observePhase(phase, this.#progress.strategy);
    upsertSearchAttributes({
      RunPhase: [phase],
      ...(this.#progress.round > 0 && { Round: [this.#progress.round] }),
    });
  }

  resolved({ job, parties }: ResolvedJob): void {
    const silos = [...new Set(parties.map(({ silo }) => silo))];
    const { model } = job;
    this.#change({
      maxRounds: mostRounds(model),
      // What other models hold against their tolerance is neither a gradient nor a residual.
      tolerance: 'memory' in model || model.type === 'pca' ? model.tolerance : null,
      silos: silos.map((silo) => ({ silo, state: 'ready', round: 0, bytesOut: 0, seconds: 0 })),
    });
    upsertSearchAttributes({ Model: [job.name], Silos: silos });
  }

  planned({ strategy, site }: Candidate): void {
    this.#change({ strategy, site });
    upsertSearchAttributes({ Strategy: [strategy] });
  }

  round({ round, loss, gradientNorm }: Progress): void {
    observeRounds(round - this.#progress.round, this.#progress.strategy);
    observeRound(round);
    this.#change({ round, loss: Number.isFinite(loss) ? loss : null, gradientNorm });
  }

  /** What somebody has asked of the run. */
  steered({ paused, stop, tolerance, maxRounds }: Told & { paused: boolean }, model?: ModelSpec): void {
    const given = maxRounds !== undefined && model !== undefined && 'maxRounds' in model;
    this.#change({
      ...(tolerance !== undefined && this.#progress.tolerance !== null && { tolerance }),
      ...(given && { maxRounds: mostRounds({ ...model, maxRounds }) }),
      asked: stop ? 'stop' : paused ? 'pause' : null,
    });
  }

  /** The trial and the fold that are trained now. */
  trial(validation: TrialProgress): void {
    this.#change({ validation });
  }

  /** A silo has done something, or is at it. */
  silo(name: string, state: string, cost?: Cost): void {
    const silos = this.#progress.silos.map((silo): SiloProgress =>
      silo.silo === name
        ? {
            ...silo,
            state,
            round: this.#progress.round,
            seconds: silo.seconds + (cost ? cost.join + cost.compute + cost.transfer : 0),
          }
        : silo,
    );
    this.#change({ silos });
  }

  /** What each silo has sent until now, as the ledger has it: also what it sent in the aggregator's role. */
  bytesOut(sent: Readonly<Record<string, number>>): void {
    const silos = this.#progress.silos.map((silo) => ({ ...silo, bytesOut: sent[silo.silo] ?? 0 }));
    this.#change({ silos });
  }

  /** Which host does the steps of a site. */
  host(site: Site, host: string): void {
    this.#change({ hosts: { ...this.#progress.hosts, [site]: host } });
  }

  /** A site has no worker, or has one again. */
  absent(site: Site, since: number | undefined): void {
    const others = (this.#progress.absent ?? []).filter((one) => one.site !== site);
    const absent = since === undefined ? others : [...others, { site, since: new Date(since).toISOString() }];
    this.#change({ absent });
  }

  /** The run goes on without a silo, from the beginning. */
  skip(silo: string, since: number): void {
    const { phase, skipped = [] } = this.#progress;
    const skippedNow = { silo, since: new Date(since).toISOString(), phase };
    this.absent(siteOf(silo), undefined);
    this.#change({ skipped: [...skipped, skippedNow], round: 0, loss: null, gradientNorm: null });
  }

  best(metric: number | null): void {
    if (metric !== null) upsertSearchAttributes({ BestMetric: [metric] });
  }

  snapshot(): RunProgress {
    return this.#progress;
  }

  #change(change: Partial<RunProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    setCurrentDetails(describe(this.#progress));
  }
}

const ASKED = {
  pause: 'to pause until it is resumed',
  stop: 'to stop after the round under way',
} as const;

/** The table that the UI shows while a run goes on. */
function describe({
  phase,
  strategy,
  site,
  round,
  maxRounds,
  loss,
  gradientNorm,
  tolerance,
  silos,
  validation,
  asked,
  absent = [],
  skipped = [],
}: RunProgress): string {
  const facts: (readonly [string, string])[] = [
    ['phase', phase],
    ['strategy', strategy === null ? 'not decided yet' : `${strategy}, meeting at ${site ?? '?'}`],
    ...(asked ? [['asked', ASKED[asked]] as const] : []),
    ...(validation === undefined ? [] : [['cross-validation', describeTrial(validation)] as const]),
    ...absent.map(({ site, since }) => ['waits for a worker of', `${site}, since ${since}`] as const),
    ...skipped.map((one) => ['goes on without', `${one.silo}, lost since ${one.since}`] as const),
    ['round', `${round} of at most ${maxRounds}`],
    ['loss', loss === null ? '–' : loss.toPrecision(8)],
    [
      'gradient norm',
      gradientNorm === null
        ? '–'
        : `${gradientNorm.toExponential(2)}${tolerance === null ? '' : ` (stops at ${tolerance})`}`,
    ],
  ];
  const rows = silos.map(
    ({ silo, state, round: at, seconds, bytesOut }) =>
      `| ${silo} | ${state} | ${at} | ${seconds.toFixed(1)} | ${bytesOut.toLocaleString('en-US')} |`,
  );
  return [
    '| | |',
    '|---|---|',
    ...facts.map(([name, value]) => `| **${name}** | ${value} |`),
    '',
    '| silo | state | round | seconds | bytes out |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function describeTrial({ trial, trials, fold, folds, measure, best }: TrialProgress): string {
  const known = best === null ? '' : `; best ${measure} ${best.toPrecision(6)}`;
  return `trial ${trial} of ${trials}, fold ${fold} of ${folds}${known}`;
}
