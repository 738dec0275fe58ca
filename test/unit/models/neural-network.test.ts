import { expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { fitNetwork, predictNetwork } from '../../../core/models/neural-network.js';

test('a category that training has not seen adds nothing to what a network predicts', async () => {
  const spec = jobSchema.shape.model.parse({ type: 'neural-network', hidden: [8], epochs: 20 });
  if (spec.type !== 'neural-network') throw new Error('another model');
  // The third column stands for the unseen category: 0 in every row of the training.
  const rows = [1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0];
  const table = denseMatrix(dense(4, 3, Float64Array.from(rows)));
  const labels = Float64Array.of(1, 0, 1, 0);
  const { network } = await fitNetwork(table, labels, 'classification', spec, () => undefined);
  const asked = denseMatrix(dense(2, 3, Float64Array.of(1, 0, 0, 1, 0, 1)));
  const [seen, unseen] = await predictNetwork(network, asked);
  expect(unseen).toBe(seen);
});
