import type { AggregatorOperations, SiloOperations } from '../../workflows/contracts/operations.js';

// Written out because types leave nothing to list at run time; `satisfies` and the record's keys keep them complete.
const silo = {
  openChannel: true,
  sealSecret: true,
  keepSecret: true,
  publish: true,
  summarizeShares: true,
  startParties: true,
  partyStep: true,
  finishParties: true,
  restartParties: true,
  scoreParties: true,
  score: true,
} satisfies Record<keyof SiloOperations, true>;

const aggregator = {
  match: true,
  survey: true,
  fitShared: true,
  startAggregator: true,
  aggregatorStep: true,
  evaluate: true,
  trainHere: true,
  trainSegment: true,
  finishHere: true,
  validateHere: true,
  keepValidation: true,
  keptValidation: true,
  openFold: true,
  measureFold: true,
  chooseTrial: true,
  predict: true,
  measure: true,
  exportModel: true,
  importModel: true,
  keepRoots: true,
  sweepPrivate: true,
  sweepExchange: true,
} satisfies Record<keyof AggregatorOperations, true>;

export const SILO_OPERATIONS = Object.keys(silo) as (keyof SiloOperations)[];
export const AGGREGATOR_OPERATIONS = Object.keys(aggregator) as (keyof AggregatorOperations)[];
