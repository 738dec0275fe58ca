import { allHandlersFinished, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { AmalurError, type ErrorHints } from '../core/errors.js';
import type { ModelSpec } from '../core/job/schema.js';
import type { StopReason } from '../core/training/program.js';
import type { EndReason, Steering as Told } from '../core/training/steering.js';
import { OVER, STEERING_UPDATES, type NewTolerance, type SteeringState } from './contracts/steering.js';
import { coded } from './failures.js';
import { newToleranceFor } from './new-tolerance.js';
import type { Watch } from './progress.js';

const UNTOLD: SteeringState = { paused: false, pending: {}, told: {} };

/**
 * Pause, resume, stop and another tolerance for a training that goes on, as updates of its workflow. They take effect between two
 * exchanges, or two segments of a training in one place: what a step is told is part of its input, and so of the journal's chain.
 */
export class Steering {
  #state: SteeringState;
  #model: ModelSpec | undefined;

  constructor(
    private readonly watch: Watch,
    until: SteeringState = UNTOLD,
  ) {
    this.#state = until;
    const { pause, resume, stopEarly, setTolerance } = STEERING_UPDATES;
    setHandler(defineUpdate(pause), () => this.#change({ paused: true }), {
      description: 'Wait when the round under way has ended, until resume. No input.',
      validator: () => {
        this.#mustGoOn();
        if (this.#stopping()) throw refused('the run is asked to stop, and cannot be paused');
        if (this.#state.paused) throw refused('the run is paused already', { suggestion: 'resume it' });
      },
    });
    setHandler(defineUpdate(resume), () => this.#change({ paused: false }), {
      description: 'Let a paused training go on. No input.',
      validator: () => {
        this.#mustGoOn();
        if (!this.#state.paused) throw refused('the run is not paused');
      },
    });
    // Who wants the model now does not want to wait for somebody to resume the run.
    setHandler(defineUpdate(stopEarly), () => this.#tell({ stop: true }, false), {
      description: 'End with the round under way, and keep the model as it is then. No input.',
      validator: () => {
        this.#mustGoOn();
        if (this.#stopping()) throw refused('the run is asked to stop already');
      },
    });
    setHandler(
      defineUpdate<undefined, [NewTolerance]>(setTolerance),
      (given) => this.#tell(given, this.#state.paused),
      {
        description: 'Input: {"tolerance": 1e-4}, {"maxRounds": 50} or both, instead of what the job says.',
        validator: (given, ...more: unknown[]) => {
          this.#mustGoOn();
          if (this.#model === undefined) {
            throw refused('the job of the run is still being checked', {
              suggestion: 'ask again in a moment',
            });
          }
          newToleranceFor(this.#model, given, more.length);
        },
      },
    );
  }

  /** The job is known now, and with it what can be set. */
  resolved(model: ModelSpec): void {
    this.#model = model;
    this.#show();
  }

  /** What a run that goes on from another's end has to be told at once. */
  begin(told: Told, pending: Told): void {
    this.#state = { ...this.#state, told, pending: { ...pending, ...this.#state.pending } };
  }

  /** The training begins anew, without a silo: its first step is told all that the last training was. */
  anew(): void {
    const { told, pending } = this.#state;
    this.#state = { ...this.#state, told: {}, pending: { ...told, ...pending } };
  }

  /** Waits while the run is paused. */
  async gate(): Promise<void> {
    if (!this.#state.paused) return;
    const { phase } = this.watch.snapshot();
    this.watch.phase('paused');
    await condition(() => !this.#state.paused);
    this.watch.phase(phase);
  }

  /** What the next step is to be told, if anything. @returns when the training may go on */
  async next(): Promise<Told | undefined> {
    await this.gate();
    const { pending, told } = this.#state;
    if (Object.keys(pending).length === 0) return undefined;
    this.#state = { ...this.#state, pending: {}, told: { ...told, ...pending } };
    return pending;
  }

  /** What somebody wanted is no limit that the job has set. A model that begins several times may have converged in an earlier run. */
  reasonOf(stopped: StopReason): EndReason {
    const severally = this.#model !== undefined && 'restarts' in this.#model;
    return this.#state.told.stop && (stopped === 'max-rounds' || severally) ? 'stopped-early' : stopped;
  }

  /** The settings of a model as they are now. */
  settingsOf(spec: ModelSpec): ModelSpec {
    const { tolerance, maxRounds } = this.#state.told;
    const given = {
      ...(tolerance !== undefined && 'tolerance' in spec && { tolerance }),
      ...(maxRounds !== undefined && 'maxRounds' in spec && { maxRounds }),
    };
    return { ...spec, ...given };
  }

  get told(): Told {
    return this.#state.told;
  }

  /** For the next turn of a run that continues as new. @returns when no request is being answered any more */
  async snapshot(): Promise<SteeringState> {
    await condition(allHandlersFinished);
    return this.#state;
  }

  #stopping(): boolean {
    return this.#state.pending.stop === true || this.#state.told.stop === true;
  }

  #mustGoOn(): void {
    const { phase } = this.watch.snapshot();
    if (!OVER.includes(phase)) return;
    throw refused(`the training is over (the run is ${phase}): nothing is left to be steered`);
  }

  #tell(given: Told, paused: boolean): undefined {
    this.#change({ paused, pending: { ...this.#state.pending, ...given } });
  }

  #change(change: Partial<SteeringState>): void {
    this.#state = { ...this.#state, ...change };
    this.#show();
  }

  #show(): void {
    const { paused, pending, told } = this.#state;
    this.watch.steered({ paused, ...told, ...pending }, this.#model);
  }
}

function refused(message: string, hints: ErrorHints = {}) {
  return coded(new AmalurError('AMALUR_NOT_STEERABLE', message, hints));
}
