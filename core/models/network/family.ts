import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { sigmoidInPlace } from '../../algebra/sigmoid.js';
import { rowRange } from '../../algebra/stack.js';
import type { Bundle } from '../../exchange/bundle.js';
import { architectureOf } from '../../job/architecture/layers-of.js';
import { carryWeights } from '../carry.js';
import { evaluate } from '../evaluate.js';
import type { ModelFamily } from '../family.js';
import { classifiedBy, measuresOf, probabilityColumns } from '../softmax/probabilities.js';
import { networkAggregator } from './aggregator.js';
import { scoresOf } from './forward.js';
import { networkParty } from './party.js';
import { readNetwork } from './saved.js';
import { networkSpec } from './spec.js';

/** A dense network whose first layer is split over the parties; the layers above it are the aggregator's. */
export const neuralNetwork: ModelFamily = {
  party: networkParty,
  aggregator: networkAggregator,
  start: {
    width: (spec, classes) => architectureOf({ ...networkSpec(spec), classes: classes?.length }).units,
    carry: carryWeights,
  },
  classify(scores, _own, network) {
    const { given, output } = outputs(scores, network);
    return output === 'softmax' ? classifiedBy(given) : undefined;
  },
  predict(scores, _own, { network, classes = [] } = {}) {
    const { given, output } = outputs(scores, network);
    return output === 'softmax'
      ? probabilityColumns(classifiedBy(given), classes)
      : new Map([['prediction', given.data]]);
  },
  measure(scores, _own, labels, network) {
    const { given, output } = outputs(scores, network);
    if (output === 'softmax') return measuresOf(classifiedBy(given), labels);
    return evaluate(output === 'sigmoid' ? 'classification' : 'regression', given.data, labels);
  },
};

/** Rows that are predicted at once: a few megabytes a layer. */
const ROWS_AT_ONCE = 8192;

/** A probability or a number for each row; or C scores. @param scores Z without its bias */
function outputs(scores: Dense, network: Bundle | undefined) {
  if (network === undefined) throw new Error('the layers above the first are missing');
  const { spec, weights } = readNetwork(network);
  const columns = spec.classes ?? 1;
  const given = dense(scores.rows, columns);
  for (let from = 0; from < scores.rows; from += ROWS_AT_ONCE) {
    const rows = Math.min(ROWS_AT_ONCE, scores.rows - from);
    given.data.set(scoresOf(spec, weights, rowRange(scores, from, rows)), from * columns);
  }
  if (spec.output === 'sigmoid') sigmoidInPlace(given.data);
  return { given, output: spec.output };
}
