import type { RunHandle } from '../run-handle.js';
import { tell } from './output.js';

/** What can be asked of a training that goes on. */
export interface SteeringOptions {
  readonly pause?: boolean;
  readonly resume?: boolean;
  readonly stop?: boolean;
  readonly tolerance?: number;
  readonly maxRounds?: number;
}

/** What is asked for; tolerance and maximal rounds are one request. */
export function askedOf({ pause, resume, stop, tolerance, maxRounds }: SteeringOptions): unknown[] {
  return [pause, resume, stop, tolerance ?? maxRounds].filter((one) => one !== undefined);
}

/** Asks one thing of a run, and says what becomes of it. */
export async function steer(run: RunHandle<unknown>, options: SteeringOptions): Promise<void> {
  const { pause, resume, stop, tolerance, maxRounds } = options;
  if (pause === true) {
    await run.pause();
    tell(`The run ${run.id} pauses when the round under way has ended: amalur runs ${run.id} --resume`);
  } else if (resume === true) {
    await run.resume();
    tell(`The run ${run.id} goes on.`);
  } else if (stop === true) {
    await run.stopEarly();
    tell(`The run ${run.id} ends with the round under way; its model is evaluated and stored.`);
  } else {
    const given = {
      ...(tolerance !== undefined && { tolerance }),
      ...(maxRounds !== undefined && { maxRounds }),
    };
    await run.setTolerance(given);
    const what = Object.entries(given).map(([name, value]) => `${name} ${String(value)}`);
    tell(`The run ${run.id} goes on with ${what.join(' and ')}.`);
  }
}
