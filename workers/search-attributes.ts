import type { NativeConnection } from '@temporalio/worker';
import { AmalurError } from '../core/errors.js';
import { SEARCH_ATTRIBUTES } from '../workflows/contracts/results.js';

/** What of a connection lists search attributes: that of a worker and that of a client alike. */
export type Lister = Pick<NativeConnection, 'operatorService'>;

/** What the server answers to who may not ask, or what it does not know. */
const REFUSED: readonly unknown[] = [7 /* PERMISSION_DENIED */, 12 /* UNIMPLEMENTED */];

/**
 * A workflow that sets a search attribute which the server does not know hangs without a word: better not begin.
 * @throws AMALUR_SERVER_UNPREPARED, with the command that registers what is missing
 */
export async function requireSearchAttributes(connection: Lister, namespace: string): Promise<void> {
  const known = await registered(connection, namespace);
  if (known === undefined) return;
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !known.includes(name));
  if (missing.length === 0) return;
  const names = missing.map(([name]) => name).join(', ');
  const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
  throw new AmalurError(
    'AMALUR_SERVER_UNPREPARED',
    `the namespace ${namespace} of the Temporal server lacks the search attributes ${names}`,
    { suggestion: `temporal operator search-attribute create --namespace ${namespace} ${flags}` },
  );
}

/** Names of the namespace's own search attributes; undefined where the server does not say. */
async function registered({ operatorService }: Lister, namespace: string): Promise<string[] | undefined> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return Object.keys(customAttributes);
  } catch (error) {
    if (REFUSED.includes((error as { code?: unknown }).code)) return undefined;
    throw error;
  }
}
