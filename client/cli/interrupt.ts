import type { RunHandle } from '../run-handle.js';
import { tell, tellError } from './output.js';
import type { ProgressView } from './progress-view.js';

export interface Interrupt {
  /** Resolves when the person leaves the run alone. */
  readonly detached: Promise<void>;
  readonly isAsking: () => boolean;
}

/** While a run is watched, Ctrl-C does not end it: it asks. Where nobody can be asked it detaches. */
export function askOnInterrupt<Result>(
  run: RunHandle<Result>,
  view: ProgressView,
  ended: AbortSignal,
): Interrupt {
  let asking = false;
  const detached = new Promise<void>((resolve) => {
    const onSignal = (): void => {
      if (asking) return;
      asking = true;
      view.hide();
      void choose(run.id, ended)
        .then(async (choice) => {
          if (choice === 'detach') resolve();
          if (choice === 'cancel') {
            await run.cancel();
            tell('Cancelling …');
          }
        })
        .catch(tellError)
        .finally(() => (asking = false));
    };
    process.on('SIGINT', onSignal);
    ended.addEventListener('abort', () => process.off('SIGINT', onSignal));
  });
  return { detached, isAsking: () => asking };
}

type Choice = 'cancel' | 'detach' | 'watch';

async function choose(id: string, ended: AbortSignal): Promise<Choice> {
  if (!process.stdin.isTTY) return 'detach';
  const { select } = await import('@inquirer/prompts');
  try {
    return await select<Choice>(
      {
        message: `The run ${id} goes on by itself. What do you want?`,
        choices: [
          { value: 'detach', name: 'detach: leave it running' },
          { value: 'cancel', name: 'cancel it' },
          { value: 'watch', name: 'go on watching' },
        ],
      },
      { signal: ended, output: process.stderr },
    );
  } catch {
    // The run ended while the question stood there, or Ctrl-C was pressed again.
    return ended.aborted ? 'watch' : 'detach';
  }
}

/** How to come back to a run that has been left. */
export function comeBack(id: string): string {
  return [
    `The run ${id} goes on without this terminal.`,
    `  watch it    amalur runs ${id} --follow`,
    `  its facts   amalur runs ${id}`,
    `  cancel it   amalur runs ${id} --cancel`,
  ].join('\n');
}
