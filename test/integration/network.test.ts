import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJob } from '../../client/cli/job-file.js';
import type { TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ClassificationMetrics } from '../../core/models/model.js';
import { tensorflow } from '../../core/models/tensorflow.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { expectUndisturbed, midway } from '../support/long-training.js';
import { readBlob, readModel } from '../support/stored-model.js';
import { workerPid } from '../support/worker-processes.js';

const seeded = (job: JobInput, seed: number) => ({ ...job, model: { ...job.model, seed } }) as JobInput;

const STRATEGIES = ['materialize', 'factorize', 'federate'] as const;

describe('a neural network', () => {
  let shop: TestInstallation;
  /** With a network of its own. */
  let ownNetwork: JobInput | undefined;
  let results: Record<(typeof STRATEGIES)[number], TrainingResult>;
  const train = (strategy: (typeof STRATEGIES)[number], seed = 1) =>
    trained(shop, { ...seeded(jobOf(shop, 'returns-network'), seed), strategy });

  const modelOf = async (result: TrainingResult) => {
    const { model } = await shop.client.ask({ about: 'model', model: referenceOf(result) });
    return model!.manifest;
  };
  const lossesOf = async ({ run }: TrainingResult) => {
    const answer = await shop.client.ask({ about: 'run', run });
    return answer.run!.facts!.curve.map(({ loss }) => loss);
  };
  const predicted = async (result: TrainingResult, strategy?: 'materialize' | 'factorize') => {
    const asked = { model: referenceOf(result), ...(strategy && { strategy }) };
    const answer = await (await shop.client.predict(asked)).result();
    const lines = (await readFile(answer.file, 'utf8')).trimEnd().split('\n').slice(1);
    // Last, for a federated model names rows by their place.
    return { ...answer, numbers: lines.map((line) => Number(line.split(',').at(-1))) };
  };

  beforeAll(async () => {
    shop = await installExample('orders');
    results = {
      materialize: await train('materialize'),
      factorize: await train('factorize'),
      federate: await train('federate'),
    };
  }, 180_000);
  afterAll(() => shop.remove());

  test('has by every strategy the same losses within float32, and learns', async () => {
    const expected = await lossesOf(results.materialize);
    expect(expected).toHaveLength(6);
    expect(expected.at(-1)).toBeLessThan(expected[0]!);
    for (const strategy of STRATEGIES) {
      const result = results[strategy];
      const { rounds, stopped, metrics } = result;
      expect({ strategy: result.strategy, rounds, stopped }).toEqual({
        strategy,
        rounds: 6,
        stopped: 'max-rounds',
      });
      (await lossesOf(result)).forEach((loss, at) => {
        expect(Math.abs(loss - expected[at]!)).toBeLessThan(1e-4);
      });
      expect((metrics.train as ClassificationMetrics).auc).toBeGreaterThan(0.65);
      expect((metrics.test as ClassificationMetrics).rows).toBe(66);
    }
  });

  test('stores the weights of each column with its party, and the layers above the first as float32', async () => {
    const { network: ref, parts } = await modelOf(results.materialize);
    const { tensors } = await readBlob(shop, ref!);
    expect(Object.entries(tensors).map(([name, { shape }]) => [name, shape])).toEqual([
      ['bias.0', [8]],
      ['bias.1', [4]],
      ['bias.2', [1]],
      ['kernel.1', [8, 4]],
      ['kernel.2', [4, 1]],
    ]);
    for (const { data } of Object.values(tensors)) expect(data).toBeInstanceOf(Float32Array);
    const thetas = await Promise.all(Object.values(parts).map((part) => readBlob(shop, part)));
    const shapes = thetas.map((part) => part.tensors.theta!.shape);
    expect(shapes.map(([, units]) => units)).toEqual([8, 8, 8]);
    expect(shapes.reduce((sum, [columns = 0]) => sum + columns, 0)).toBe(42);
  });

  test('of a federated training no layer leaves its silo', async () => {
    const { network: ref, parts } = await modelOf(results.federate);
    expect(ref!.home).toBe('private:silo.shop');
    expect(
      Object.values(parts)
        .map(({ home }) => home)
        .sort(),
    ).toEqual(['private:silo.crm', 'private:silo.shop', 'private:silo.warehouse']);
  });

  test('has the same bits for the same seed, and others for another', async () => {
    const bits = async (result: TrainingResult) => (await modelOf(result)).network!.sha256;
    expect(await bits(await train('materialize'))).toBe(await bits(results.materialize));
    expect(await bits(await train('materialize', 2))).not.toBe(await bits(results.materialize));
    expect(await bits(await train('factorize'))).toBe(await bits(results.factorize));
  });

  test('that a model.json of tfjs describes is trained alike in one place and federated, and predicts', async () => {
    const job = await readJob(path.join(shop.folder, 'returns-own-network.json'));
    const joined = await trained(shop, { ...job, strategy: 'materialize' });
    const federated = await trained(shop, { ...job, strategy: 'federate' });
    const [expected, losses] = [await lossesOf(joined), await lossesOf(federated)];
    expect(losses).toHaveLength(6);
    losses.forEach((loss, at) => {
      expect(Math.abs(loss - expected[at]!)).toBeLessThan(1e-4);
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect((federated.metrics.train as ClassificationMetrics).auc).toBeGreaterThan(0.6);
    ownNetwork = job;
    const { network, parts } = await modelOf(federated);
    const { tensors } = await readBlob(shop, network!);
    expect(Object.keys(tensors).sort()).toEqual([
      'bias.0',
      'bias.4',
      'bias.5',
      'kernel.4',
      'kernel.5',
      'mean.1',
      'scale.1',
      'shift.1',
      'variance.1',
    ]);
    expect(Object.values(parts).every(({ home }) => home.startsWith('private:'))).toBe(true);
    const [a, b] = [await predicted(joined), await predicted(federated)];
    expect(a.numbers).toHaveLength(400);
    a.numbers.forEach((p, row) => expect(Math.abs(p - b.numbers[row]!)).toBeLessThan(1e-3));
  });

  test('is the same to the bit, dropout and all, when the workers of silos are killed with -9 in its middle', async () => {
    const short = ownNetwork!;
    // Of some seconds, so that it has a middle.
    const job = { ...short, model: { ...short.model, epochs: 30 } as JobInput['model'] };
    const result = await trained(shop, { ...job, strategy: 'federate' });
    const run = await midway(shop, { ...job, strategy: 'federate' });
    // That of the shop has the layers above the first.
    for (const silo of ['shop', 'crm']) process.kill(workerPid(shop, { role: 'silo', silo })!, 'SIGKILL');
    const { bits } = await readModel(shop, referenceOf(result));
    await expectUndisturbed(shop, run, { result, bits });
    const [after, before] = [await modelOf(await run.result()), await modelOf(result)];
    expect(after.network!.sha256).toBe(before.network!.sha256);
  });

  test('is exported as TensorFlow.js loads it, with the names of its columns', async () => {
    const model = referenceOf(results.materialize);
    const written = await shop.client.exportModel({ model, output: 'exported/model.json' });
    const folder = path.dirname(written.file);
    const encoding = JSON.parse(await readFile(path.join(folder, 'encoding.json'), 'utf8')) as {
      columns: string[];
    };
    expect(encoding.columns).toHaveLength(42);
    expect(encoding.columns).toContain('shop.orders.discount');
    const loaded = await tensorflow().loadLayersModel(`file://${written.file}`);
    expect(loaded.inputs[0]!.shape).toEqual([null, 42]);
    // The first layer has the parties' weights one after another, as the columns are named.
    const { parts } = await modelOf(results.materialize);
    const thetas = await Promise.all(Object.values(parts).map((part) => readBlob(shop, part)));
    const sum = (numbers: ArrayLike<number>) => Array.from(numbers).reduce((total, one) => total + one, 0);
    const stored = thetas.reduce((total, { tensors }) => total + sum(tensors.theta!.data as Float64Array), 0);
    expect(sum(loaded.getWeights()[0]!.dataSync())).toBeCloseTo(stored, 4);
    await expect(
      shop.client.exportModel({ model: referenceOf(results.federate), format: 'tfjs' }),
    ).rejects.toMatchObject({ code: 'AMALUR_NOT_EXPORTABLE' });
    await expect(
      shop.client.exportModel({ model, format: 'onnx', output: 'x/model.json' }),
    ).rejects.toMatchObject({
      code: 'AMALUR_INVALID_JOB',
      field: 'output',
    });
  });

  test('predicts a probability for every order, joined or by partial scores of the first layer', async () => {
    const joined = await predicted(results.materialize, 'materialize');
    expect(joined).toMatchObject({ rows: 400, strategy: 'materialize' });
    expect(joined.numbers.every((p) => p > 0 && p < 1)).toBe(true);
    expect(new Set(joined.numbers).size).toBeGreaterThan(300);
    const scored = await predicted(results.materialize);
    expect(scored.strategy).toBe('factorize');
    scored.numbers.forEach((p, row) => expect(Math.abs(p - joined.numbers[row]!)).toBeLessThan(1e-5));
    const federated = await predicted(results.federate);
    federated.numbers.forEach((p, row) => expect(Math.abs(p - joined.numbers[row]!)).toBeLessThan(1e-3));
  });
});
