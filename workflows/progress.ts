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
import { OVER } from './contracts/steering.js';
import { siloOfSite, siteOf } from './contracts/task-queues.js';
import { observePhase, observeRound, observeRounds } from './observed.js';
import { runDetails } from './run-details.js';

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
    setHandler(defineQuery<RunProgress>(PROGRESS_QUERY), () => this.#progress, {
      description: 'How far the run is.',
    });
  }

  phase(phase: Phase): void {
    const { asked } = this.#progress;
    // What was asked in the last round came too late, or was done.
    this.#change({ phase, ...(asked && OVER.includes(phase) && { asked: null }) });
    observePhase(phase, this.#progress.strategy);
    upsertSearchAttributes({
      RunPhase: [phase],
      ...(this.#progress.round > 0 && { Round: [this.#progress.round] }),
    });
  }

  /** @param trains whether this run makes the rounds of the job's model */
  resolved({ job, parties }: ResolvedJob, trains = true): void {
    const silos = [...new Set(parties.map(({ silo }) => silo))];
    const { model } = job;
    this.#change({
      subject: `${job.name} (${model.type})`,
      maxRounds: trains ? mostRounds(model) : 0,
      // What other models hold against their tolerance is neither a gradient nor a residual.
      tolerance: trains && ('memory' in model || model.type === 'pca') ? model.tolerance : null,
      silos: silos.map((silo) => ({ silo, state: 'ready', round: 0, bytesOut: 0, seconds: 0 })),
    });
    upsertSearchAttributes({ Model: [job.name], Silos: silos });
  }

  planned({ strategy, site, explanation }: Candidate): void {
    this.#change({ strategy, site, why: explanation });
    upsertSearchAttributes({ Strategy: [strategy] });
  }

  round({ round, loss, gradientNorm }: Progress): void {
    observeRounds(round - this.#progress.round, this.#progress.strategy);
    observeRound(round);
    const known = Number.isFinite(loss) ? loss : null;
    const begun = this.#progress.begun ?? (known === null ? null : { round, loss: known });
    // A training that begins anew, of another fold say, tells of round 0.
    this.#change({ round, loss: known, gradientNorm, begun: round === 0 ? null : begun });
  }

  /** What somebody has asked of the run. */
  steered({ paused, stop, tolerance, maxRounds }: Told & { paused: boolean }, model?: ModelSpec): void {
    const given = maxRounds !== undefined && model !== undefined && 'maxRounds' in model;
    this.#change({
      ...(tolerance !== undefined && this.#progress.tolerance !== null && { tolerance }),
      ...(given && { maxRounds: mostRounds({ ...model, maxRounds }) }),
      told: { ...(tolerance !== undefined && { tolerance }), ...(maxRounds !== undefined && { maxRounds }) },
      asked: stop ? 'stop' : paused ? 'pause' : null,
    });
  }

  /** The trial and the fold that are trained now. */
  trial(validation: TrialProgress): void {
    this.#change({ validation });
  }

  /** What else a person who looks at the run may want to know, by name. */
  tell(facts: Readonly<Record<string, string>>): void {
    this.#change({ facts: { ...this.#progress.facts, ...facts } });
  }

  /** A silo has done something, or is at it. @param rows that its tables have */
  silo(name: string, state: string, cost?: Cost, rows?: number): void {
    const { round } = this.#progress;
    this.#changeSilo(name, (silo) => ({
      ...{ state, round },
      seconds: silo.seconds + (cost ? cost.join + cost.compute + cost.transfer : 0),
      ...(rows !== undefined && { rows }),
      ...(cost?.repeats !== undefined && { repeats: (silo.repeats ?? 0) + cost.repeats }),
    }));
  }

  /** What each silo has sent until now, as the ledger has it: also what it sent in the aggregator's role. */
  bytesOut(sent: Readonly<Record<string, number>>): void {
    const silos = this.#progress.silos.map((silo) => ({ ...silo, bytesOut: sent[silo.silo] ?? 0 }));
    this.#change({ silos });
  }

  /** Which host does the steps of a site. */
  host(site: Site, host: string): void {
    const before = this.#progress.hosts?.[site];
    this.#change({ hosts: { ...this.#progress.hosts, [site]: host } });
    const silo = siloOfSite(site);
    // What another host was at is done again here.
    if (silo !== undefined && before !== undefined && before !== host)
      this.#changeSilo(silo, ({ repeats = 0 }) => ({ repeats: repeats + 1 }));
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
    this.#change({
      skipped: [...skipped, skippedNow],
      round: 0,
      loss: null,
      gradientNorm: null,
      begun: null,
    });
  }

  best(metric: number | null): void {
    if (metric !== null) upsertSearchAttributes({ BestMetric: [metric] });
  }

  snapshot(): RunProgress {
    return this.#progress;
  }

  #changeSilo(name: string, change: (silo: SiloProgress) => Partial<SiloProgress>): void {
    const silos = this.#progress.silos.map((one) => (one.silo === name ? { ...one, ...change(one) } : one));
    this.#change({ silos });
  }

  #change(change: Partial<RunProgress>): void {
    this.#progress = { ...this.#progress, ...change };
    setCurrentDetails(runDetails(this.#progress));
  }
}
