import type { PayloadCodec } from '@temporalio/common';
import type { Logger } from '@temporalio/worker';
import type { ListenAddress } from '../core/config/index.js';

/** What a worker process has beside its work: where it tells of itself, and how it speaks to the server. */
export interface Surroundings {
  /** By which its own queues are called. */
  readonly host: string;
  readonly logger: Logger;
  readonly health: ListenAddress | undefined;
  readonly codec: PayloadCodec;
}
