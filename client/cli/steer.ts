import type { RunHandle } from '../run-handle.js';
import type { NewTolerance } from '../../workflows/contracts/steering.js';
import { printJson, tell } from './output.js';

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

/** Asks one thing of a run, and says what becomes of it. @param asJson on standard output, as what was asked */
export async function steer(
  run: RunHandle<unknown>,
  options: SteeringOptions,
  asJson = false,
): Promise<void> {
  const { asked, becomes } = await ask(run, options);
  if (asJson) printJson({ run: run.id, asked });
  else tell(becomes);
}

interface Asked {
  readonly asked: 'pause' | 'resume' | 'stop' | NewTolerance;
  readonly becomes: string;
}

async function ask(run: RunHandle<unknown>, options: SteeringOptions): Promise<Asked> {
  const { pause, resume, stop, tolerance, maxRounds } = options;
  const { id } = run;
  if (pause === true) {
    await run.pause();
    const becomes = `The run ${id} pauses when the round under way has ended: amalur runs ${id} --resume`;
    return { asked: 'pause', becomes };
  }
  if (resume === true) {
    await run.resume();
    return { asked: 'resume', becomes: `The run ${id} goes on.` };
  }
  if (stop === true) {
    await run.stopEarly();
    const becomes = `The run ${id} ends with the round under way; its model is evaluated and stored.`;
    return { asked: 'stop', becomes };
  }
  const asked = {
    ...(tolerance !== undefined && { tolerance }),
    ...(maxRounds !== undefined && { maxRounds }),
  };
  await run.setTolerance(asked);
  const what = Object.entries(asked).map(([name, value]) => `${name} ${String(value)}`);
  return { asked, becomes: `The run ${id} goes on with ${what.join(' and ')}.` };
}
