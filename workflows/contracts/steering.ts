import type { Steering } from '../../core/training/steering.js';
import type { Phase } from './results.js';

/** Names of the updates that `trainModel` takes while it goes on. */
export const STEERING_UPDATES = {
  pause: 'pause',
  resume: 'resume',
  stopEarly: 'stopEarly',
  setTolerance: 'setTolerance',
} as const;

/** When nothing can be asked of a training any more. */
export const OVER: readonly Phase[] = ['evaluating', 'leaving silos out', 'storing', 'completed'];

export type SteeringUpdate = keyof typeof STEERING_UPDATES;

/** Argument of the update `setTolerance`: at least one of them. */
export interface NewTolerance {
  /** In place of `model.tolerance`. */
  readonly tolerance?: number;
  /** In place of `model.maxRounds`. */
  readonly maxRounds?: number;
}

/** What has been asked of a run; survives `continue as new`. */
export interface SteeringState {
  readonly paused: boolean;
  /** What the next step is told. */
  readonly pending: Steering;
  /** What steps have been told. */
  readonly told: Steering;
}
