import type { ModelSpec } from './schema.js';

/** Rounds (epochs of a network) that a training makes at the most. */
export function mostRounds(model: ModelSpec): number {
  switch (model.type) {
    case 'neural-network':
      return model.epochs;
    // Each run chooses its centres one by one and then moves them; the parties may have to go back to the best ones.
    case 'k-means':
      return model.restarts * (model.clusters + model.maxRounds) + 1;
    // The same of components, from as many places.
    case 'gaussian-mixture':
      return model.restarts * (model.components + model.maxRounds) + 1;
    // The first exchange is without an update.
    case 'nmf':
      return model.maxRounds + 1;
    // The first exchange is without a residual, the last tells the components.
    case 'pca':
      return model.maxRounds + 2;
    case 'linear-regression':
    case 'logistic-regression':
    case 'poisson-regression':
    case 'gamma-regression':
    case 'huber-regression':
    case 'quantile-regression':
    case 'softmax-regression':
      return model.maxRounds;
  }
}
