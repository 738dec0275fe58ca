import type { Client } from '@temporalio/client';
import type { BlobRef } from '../../core/exchange/index.js';
import type { TestInstallation } from './installation.js';

export type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;
export type HistoryEvent = NonNullable<History['events']>[number];

export interface RecordedHistory {
  readonly workflow: string;
  readonly type: string;
  /** Id of this execution: a workflow that continues as new has several. */
  readonly execution: string;
  readonly history: History;
}

/** The full history of every execution of every workflow on the installation's server, continuations included, oldest first. */
export async function allHistories({ client }: TestInstallation): Promise<RecordedHistory[]> {
  const found: RecordedHistory[] = [];
  for await (const { workflowId, runId, type } of client.temporal.workflow.list()) {
    const history = await client.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({ workflow: workflowId, type, execution: runId, history });
  }
  return found.reverse();
}

/** The history of one execution; default: the latest of the workflow. */
export function historyOf(
  { client }: TestInstallation,
  workflow: string,
  execution?: string,
): Promise<History> {
  return client.temporal.workflow.getHandle(workflow, execution).fetchHistory();
}

/** Ids of a workflow's executions, oldest first: it has several if it continued as new. */
export async function executionsOf({ client }: TestInstallation, workflow: string): Promise<string[]> {
  const { runId } = await client.temporal.workflow.getHandle(workflow).describe();
  const executions = [runId];
  for (;;) {
    const { events } = await client.temporal.workflow.getHandle(workflow, executions[0]).fetchHistory();
    const earlier = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!earlier) return executions;
    executions.unshift(earlier);
  }
}

/** Everything in a history as text, payloads in clear. */
export function textOf(history: History): string {
  // The JSON of a history has its payloads in base64.
  const payloads = rawPayloads(history).map((data) => Buffer.from(data).toString('utf8'));
  return [JSON.stringify(history), ...payloads].join('\n');
}

/** Sizes in bytes of all payloads in a history. */
export function payloadSizes(history: History): number[] {
  return rawPayloads(history).map((data) => data.length);
}

/** All payloads in a history that are JSON, read. */
export function payloadsOf(history: History): unknown[] {
  return rawPayloads(history).flatMap((data): unknown[] => {
    try {
      return [JSON.parse(Buffer.from(data).toString('utf8'))];
    } catch {
      return [];
    }
  });
}

/** Every blob that a value names, at whatever depth. */
export function blobRefsIn(value: unknown): BlobRef[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('home' in value && 'sha256' in value && 'kind' in value) return [value as BlobRef];
  return Object.values(value).flatMap(blobRefsIn);
}

function rawPayloads(value: unknown): Uint8Array[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  if ('data' in value && value.data instanceof Uint8Array && 'metadata' in value) return [value.data];
  return Object.values(value).flatMap(rawPayloads);
}

/** Highest attempt at which an activity was taken up; 1 when none was repeated. */
export function highestAttempt({ events }: History): number {
  return Math.max(
    1,
    ...(events ?? []).map((event) => event.activityTaskStartedEventAttributes?.attempt ?? 1),
  );
}

/** At which attempt each activity that has completed did so, by its id. */
export function attemptsOf({ events }: History): ReadonlyMap<string, number> {
  const at = new Map((events ?? []).map((event) => [String(event.eventId), event] as const));
  return new Map(
    (events ?? []).flatMap(({ activityTaskCompletedEventAttributes: completed }) => {
      if (!completed) return [];
      const scheduled = at.get(String(completed.scheduledEventId))?.activityTaskScheduledEventAttributes;
      const started = at.get(String(completed.startedEventId))?.activityTaskStartedEventAttributes;
      return [[scheduled?.activityId ?? '', started?.attempt ?? 0] as const];
    }),
  );
}

/** Activities that were taken up more than once, or scheduled anew because nobody took them, by name: what a disturbance has struck. */
export function repeatedOperations({ events }: History): string[] {
  const names = new Map<string, string>();
  return (events ?? []).flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (scheduled) names.set(String(event.eventId), scheduled);
    const { activityTaskStartedEventAttributes: started, activityTaskTimedOutEventAttributes: late } = event;
    const again = (started?.attempt ?? 1) > 1 ? started : late;
    return again ? [names.get(String(again.scheduledEventId)) ?? ''] : [];
  });
}

/** How many there are of them: what a disturbance has cost. */
export function repeatedActivities(history: History): number {
  return repeatedOperations(history).length;
}
