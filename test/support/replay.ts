import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import type { RecordedHistory } from './histories.js';

const code = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** Every history replays on the workflows as they are built now. @param name of the replay, as logs have it */
export async function expectToReplay(recorded: readonly RecordedHistory[], name: string): Promise<void> {
  const options = { workflowBundle: { codePath: code }, replayName: name };
  const histories = recorded.map(({ workflow, history }) => ({ workflowId: workflow, history }));
  let replayed = 0;
  for await (const { error, workflowId } of Worker.runReplayHistories(options, histories)) {
    expect(error, workflowId).toBeUndefined();
    replayed++;
  }
  expect(replayed).toBe(recorded.length);
}
