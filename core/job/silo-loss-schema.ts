import { z } from 'zod';
import { LOST_SECONDS, WAIT_SECONDS } from './silo-loss.js';

/** What becomes of a training when a silo has no worker. */
export const onSiloLostSchema = z
  .strictObject({
    policy: z
      .enum(['wait', 'fail', 'skip'])
      .describe(
        'wait: the run waits for a worker, which goes on where the last one was; fail: the run is to end soon; skip: the silo is ' +
          'left out, and the model trained anew without its tables. wait and fail end with `AMALUR_SILO_UNAVAILABLE`. The ' +
          "base table's silo cannot be skipped (`AMALUR_SILO_NEEDED`).",
      ),
    after: z
      .number()
      .min(1)
      .max(604_800)
      .optional()
      .describe(
        `Seconds without a worker after which that happens, at the beginning and in mid-run. Default: ${String(WAIT_SECONDS)} (wait), ${String(LOST_SECONDS)} (fail, skip).`,
      ),
    quorum: z
      .int()
      .min(1)
      .optional()
      .describe('skip: so many silos have to remain at the least, else the run fails. Default: 1.'),
  })
  .refine(({ policy, quorum }) => quorum === undefined || policy === 'skip', {
    path: ['quorum'],
    message: 'a quorum has a meaning with the policy skip only',
  });

export type OnSiloLost = z.output<typeof onSiloLostSchema>;
