import type { Dense } from '../../algebra/matrix.js';
import { sigmoidInPlace } from '../../algebra/sigmoid.js';
import { rowRange } from '../../algebra/stack.js';
import type { Bundle } from '../../exchange/bundle.js';
import { evaluate } from '../evaluate.js';
import type { ModelFamily } from '../family.js';
import { networkAggregator } from './aggregator.js';
import { scoresOf } from './forward.js';
import { networkParty } from './party.js';
import { readNetwork } from './saved.js';

/** A dense network whose first layer is split over the parties; the layers above it are the aggregator's. */
export const neuralNetwork: ModelFamily = {
  party: networkParty,
  aggregator: networkAggregator,
  predict: (scores, _own, { network } = {}) => new Map([['prediction', predictions(scores, network).values]]),
  measure(scores, _own, labels, network) {
    const { values, output } = predictions(scores, network);
    return evaluate(output === 'sigmoid' ? 'classification' : 'regression', values, labels);
  },
};

/** Rows that are predicted at once: a few megabytes a layer. */
const ROWS_AT_ONCE = 8192;

/** A probability or a number for each row. @param scores Z without its bias */
function predictions(scores: Dense, network: Bundle | undefined) {
  if (network === undefined) throw new Error('the layers above the first are missing');
  const { spec, weights } = readNetwork(network);
  const values = new Float64Array(scores.rows);
  for (let from = 0; from < scores.rows; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, scores.rows - from);
    values.set(scoresOf(spec, weights, rowRange(scores, from, rows)), from);
  }
  if (spec.output === 'sigmoid') sigmoidInPlace(values);
  return { values, output: spec.output };
}
