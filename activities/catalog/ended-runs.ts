import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey } from '@temporalio/common';
import type { Catalog, EndedStatus, RunRecord } from '../../catalog/catalog.js';

/** The server's client, which an activity has. */
export type Server = () => Pick<Client, 'workflow'>;

/** What the server knows of runs that the catalog calls running. */
export interface RunsOnServer {
  /** The records as they are now. */
  readonly runs: readonly RunRecord[];
  /** By execution the phase of those that go on. */
  readonly phases: ReadonlyMap<string, string>;
}

const PHASE = defineSearchAttributeKey('RunPhase', SearchAttributeType.KEYWORD);

const ENDED: Partial<Record<WorkflowExecutionDescription['status']['name'], EndedStatus>> = {
  TERMINATED: 'terminated',
  TIMED_OUT: 'timed-out',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
};

/**
 * Ends runs in the catalog that have ended without telling it: a workflow that is terminated, or runs out of time, is not asked. The server is
 * asked about those that the catalog calls running.
 */
export async function endRuns(
  catalog: Catalog,
  server: Server,
  records: readonly RunRecord[],
): Promise<RunsOnServer> {
  const phases = new Map<string, string>();
  const runs = await Promise.all(
    records.map(async (record) => {
      const { run, execution, status } = record;
      if (status !== 'running') return record;
      const known = await descriptionOf(server(), run, execution);
      if (known === undefined) return record;
      const ended = ENDED[known.status.name];
      if (ended === undefined) {
        const phase = known.typedSearchAttributes.get(PHASE);
        if (phase !== undefined) phases.set(execution, phase);
        return record;
      }
      const at = (known.closeTime ?? new Date()).toISOString();
      await catalog.runs.fail(execution, at, ended, null);
      return (await catalog.runs.get(execution)) ?? record;
    }),
  );
  return { runs, phases };
}

/** The newest turn of the run; a workflow id may have been used again. Undefined where the server has forgotten it. */
async function descriptionOf(
  { workflow }: ReturnType<Server>,
  run: string,
  execution: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const newest = await workflow.getHandle(run).describe();
    if (newest.raw.workflowExecutionInfo?.firstRunId === execution) return newest;
    return await workflow.getHandle(run, execution).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
