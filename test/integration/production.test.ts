import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobOf, referenceOf } from '../support/jobs.js';
import { installExample } from '../support/installation.js';
import { linesOf } from '../support/certificates.js';
import { root } from '../support/compose.js';
import { hasProductionServer } from '../support/production-server.js';
import { startProduction, type Production } from '../support/production.js';
import { hasS3Server } from '../support/s3-server.js';
import { readModel } from '../support/stored-model.js';
import { isAlive, until } from '../support/worker-processes.js';
import type { JobInput } from '../../core/job/schema.js';
import type { RunHandle, TrainingResult } from '../../client/index.js';

const orders = { folder: `${root}/examples/orders` };
const STRATEGIES = ['materialize', 'federate'] as const;
/** Rounds enough to be disturbed in. */
const long = jobOf(orders, 'returns', {
  model: { type: 'logistic-regression', l1: 0.002, tolerance: 1e-300, maxRounds: 60 },
  strategy: 'federate',
});

// Half a minute each on a machine that does nothing else.
const timeout = 180_000;
const available = hasProductionServer() && hasS3Server();

describe.runIf(available)(
  'PostgreSQL, a Temporal server with mutual TLS, S3, and each worker a process with its own file',
  { timeout },
  () => {
    let production: Production;
    let undisturbed = '';

    beforeAll(async () => {
      production = await startProduction();
    }, 150_000);
    afterAll(() => production.stop());

    const bitsOf = async (run: RunHandle<TrainingResult>) =>
      (await readModel(production, referenceOf(await run.result()))).bits;
    const midway = async (): Promise<RunHandle<TrainingResult>> => {
      const run = await production.client.train(long);
      await until('round 3', async () => ((await run.progress()).round >= 3 ? true : undefined));
      return run;
    };

    test('trains the models of a dev server, to the bit', async () => {
      const laptop = await installExample('orders');
      try {
        for (const strategy of STRATEGIES) {
          const job: JobInput = jobOf(orders, 'returns', { strategy });
          const [there, here] = await Promise.all(
            [production, laptop].map(async ({ client, config }) => {
              const result = await (await client.train(job)).result();
              return {
                strategy: result.strategy,
                bits: (await readModel({ client, config }, referenceOf(result))).bits,
              };
            }),
          );
          expect(there).toEqual(here);
          expect(there?.strategy).toBe(strategy);
        }
      } finally {
        await laptop.remove();
      }
    });

    test('trains the same model when the Temporal server is killed with -9 in the middle, and started again', async () => {
      undisturbed = await bitsOf(await production.client.train(long));
      const run = await midway();
      await production.server.kill();
      await production.server.start();
      const { round } = await run.progress();
      expect(round).toBeLessThan(60);
      expect(await bitsOf(run)).toBe(undisturbed);
    });

    test('trains the same model when the control worker is killed with -9 in the middle, and a standby is there', async () => {
      await production.standby('control');
      const run = await midway();
      const first = production.workers.get('control')!;
      await first.kill();
      expect(isAlive(first.pid)).toBe(false);
      expect(await bitsOf(run)).toBe(undisturbed);
    });

    test('no key is in what servers and workers have logged', async () => {
      const said = await production.said();
      expect(said).toContain('"role":"silo"');
      expect(linesOf(production.secrets).filter((line) => said.includes(line))).toEqual([]);
    });
  },
);
