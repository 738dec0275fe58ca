import type { RunHandle } from '../run-handle.js';
import { EXIT } from './exit-codes.js';
import { follow } from './follow.js';
import { comeBack } from './interrupt.js';
import { print, printJson, tell } from './output.js';
import { progressView } from './progress-view.js';

interface AttendOptions {
  /** Leave the run at once. */
  readonly detach?: boolean;
  readonly json?: boolean;
}

/**
 * Stays with a run until its result can be shown, or until the person leaves it.
 * @param finish what is left to do here when the run is over
 */
export async function attend<Result>(
  run: RunHandle<Result>,
  name: string,
  { detach = false, json = false }: AttendOptions,
  show: (result: Result) => string,
  finish: (result: Result) => Promise<Result> = (result) => Promise.resolve(result),
): Promise<void> {
  if (detach) {
    if (json) printJson({ run: run.id });
    else print(comeBack(run.id));
    return;
  }
  tell(`run ${run.id}`);
  const followed = await follow(run, progressView(name));
  if ('detached' in followed) {
    if (json) printJson({ run: run.id, detached: true });
    else tell(comeBack(run.id));
    process.exitCode = EXIT.detached;
    return;
  }
  const result = await finish(followed.result);
  if (json) printJson(result);
  else print(show(result));
}
