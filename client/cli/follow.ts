import { setTimeout as sleep } from 'node:timers/promises';
import { AmalurError } from '../../core/errors.js';
import type { RunHandle } from '../run-handle.js';
import { askOnInterrupt } from './interrupt.js';
import type { ProgressView } from './progress-view.js';

/** How the following of a run ended: with its result, or because the person went away from it. */
export type Followed<Result> = { readonly result: Result } | { readonly detached: true };

const POLL_MS = 400;

/**
 * Shows a run's progress until it ends. Ctrl-C asks whether to cancel it, to leave it alone, or to go on watching.
 * @throws what RunHandle.result throws
 */
export async function follow<Result>(run: RunHandle<Result>, view: ProgressView): Promise<Followed<Result>> {
  const ended = new AbortController();
  const interrupt = askOnInterrupt(run, view, ended.signal);
  const result = run.result().finally(() => {
    ended.abort();
  });
  try {
    return await Promise.race([
      result.then((value) => ({ result: value })),
      interrupt.detached.then(() => ({ detached: true }) as const),
      showUntil(run, view, ended.signal, interrupt.isAsking),
    ]);
  } finally {
    ended.abort();
    view.hide();
  }
}

/** Shows a run's progress until it ends; who watches may not interfere. @throws what RunHandle.result throws */
export async function watch<Result>(run: RunHandle<Result>, view: ProgressView): Promise<Result> {
  const ended = new AbortController();
  void showUntil(run, view, ended.signal, () => false);
  try {
    return await run.result();
  } finally {
    ended.abort();
    view.hide();
  }
}

/** Polls for progress; never resolves, as the run's result decides. */
async function showUntil<Result>(
  run: RunHandle<Result>,
  view: ProgressView,
  ended: AbortSignal,
  isAsking: () => boolean,
): Promise<never> {
  // After the end, and while Ctrl-C's question waits for its answer, nothing may be drawn.
  const mayDraw = (): boolean => !ended.aborted && !isAsking();
  while (!ended.aborted) {
    try {
      const progress = await run.progress();
      if (mayDraw()) view.show(progress);
    } catch (error) {
      if (mayDraw() && !(error instanceof AmalurError)) {
        view.waiting('no control worker answers; `amalur up` or `amalur worker control` starts one');
      }
    }
    await sleep(POLL_MS);
  }
  return new Promise<never>(() => undefined);
}
