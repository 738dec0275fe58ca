// The startable workflows, and nothing else: every export here can be started by name.
export { collectGarbage } from './collect-garbage.js';
export { explainIntegration } from './explain-integration.js';
export { exportModel } from './export-model.js';
export { importModel } from './import-model.js';
export { planTraining } from './plan-training.js';
export { prepareScoring } from './prepare-scoring.js';
export { promoteModel } from './promote-model.js';
export { readCatalog } from './read-catalog.js';
export { registerSilo } from './register-silo.js';
export { retrainModel } from './retrain-model.js';
export { runInference } from './run-inference.js';
export { siloHealth } from './silo-health.js';
export { trainModel } from './train-model.js';
export { trainWithout } from './train-without.js';
