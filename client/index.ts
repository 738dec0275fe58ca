export { AmalurClient } from './amalur-client.js';
export type { AmalurClientOptions, PredictOptions, ResumeOptions, TrainOptions } from './amalur-client.js';
export { connect } from './connect.js';
export type { Connected, ConnectOptions } from './connect.js';
export { RunCancelled } from './run-cancelled.js';
export type { RunHandle } from './run-handle.js';
export type { ScheduleOptions, ScheduleSummary } from './schedules.js';
export { AmalurError } from '../core/errors.js';
export type { ErrorCode, ErrorReport } from '../core/errors.js';
export type { Job, JobInput, ModelSpec, StrategyName } from '../core/job/schema.js';
export type {
  ClassificationMetrics,
  ClusteringMetrics,
  DecompositionMetrics,
  Metrics,
  RegressionMetrics,
} from '../core/models/model.js';
export type { Candidate, Plan, Seconds, Site } from '../core/planner/plan.js';
export type {
  CatalogAnswer,
  CatalogQuestion,
  ModelSummary,
  RunSummary,
} from '../workflows/contracts/activities.js';
export type { NewTolerance } from '../workflows/contracts/steering.js';
export type {
  ExportRequest,
  ExportResult,
  ImportRequest,
  ImportResult,
  InferenceRequest,
  InferenceResult,
  Phase,
  PlanningResult,
  RegistrationResult,
  RunProgress,
  SiloProgress,
  TrainingResult,
} from '../workflows/contracts/results.js';
export type { HealthRequest, HealthResult, SiteHealth } from '../workflows/contracts/health.js';
export type {
  PromotionRequest,
  PromotionResult,
  RetrainingResult,
  RetrainRequest,
} from '../workflows/contracts/retraining.js';
export type { GarbageRequest, GarbageResult } from '../workflows/contracts/garbage.js';
