import type { BlobRef } from '../../core/exchange/store.js';
import type { EvaluateInput, EvaluateOutput } from './evaluating.js';
import type { GarbageOperations } from './garbage.js';
import type { OfExecution } from './operation.js';
import type {
  MatchInput,
  MatchOutput,
  OpenChannelOutput,
  PublishInput,
  PublishOutput,
  SealSecretInput,
  SealSecretOutput,
  SurveyInput,
  SurveyOutput,
} from './publishing.js';
import type { MeasureInput, MeasureOutput } from './retraining.js';
import type {
  AggregatorStepInput,
  AggregatorStepOutput,
  FinishPartiesInput,
  FinishPartiesOutput,
  FitSharedInput,
  FitSharedOutput,
  PartyStepInput,
  PartyStepOutput,
  StartAggregatorInput,
  StartPartiesInput,
  StartPartiesOutput,
  SummarizeSharesInput,
  SummarizeSharesOutput,
} from './rounds.js';
import type {
  FinishHereInput,
  FinishHereOutput,
  TrainHereInput,
  TrainHereOutput,
  TrainSegmentInput,
  KeepValidationInput,
  KeepValidationOutput,
  KeptValidationInput,
  KeptValidationOutput,
  ValidateHereInput,
  ValidateHereOutput,
} from './training-here.js';
import type {
  ExportModelInput,
  ExportModelOutput,
  ImportModelInput,
  ImportModelOutput,
  PredictInput,
  PredictOutput,
  ScoreInput,
  ScoreOutput,
} from './using-models.js';
import type { AggregatorFoldOperations, SiloFoldOperations } from './validation.js';

export type * from './operation.js';
export type * from './publishing.js';
export type * from './rounds.js';
export type * from './evaluating.js';
export type * from './training-here.js';
export type * from './using-models.js';

/** Operations on parties, at a silo. */
export interface SiloOperations extends SiloFoldOperations {
  openChannel(input: OfExecution): Promise<OpenChannelOutput>;
  sealSecret(input: SealSecretInput): Promise<SealSecretOutput>;
  /** Where the execution's secret is, in the private store of the silo that has drawn it. */
  keepSecret(input: OfExecution): Promise<{ secret: BlobRef }>;
  publish(input: PublishInput): Promise<PublishOutput>;
  summarizeShares(input: SummarizeSharesInput): Promise<SummarizeSharesOutput>;
  startParties(input: StartPartiesInput): Promise<StartPartiesOutput>;
  partyStep(input: PartyStepInput): Promise<PartyStepOutput>;
  finishParties(input: FinishPartiesInput): Promise<FinishPartiesOutput>;
  score(input: ScoreInput): Promise<ScoreOutput>;
}

/** Operations where parties meet: at the aggregator worker, or at a silo that takes the role. */
export interface AggregatorOperations extends AggregatorFoldOperations, GarbageOperations {
  match(input: MatchInput): Promise<MatchOutput>;
  survey(input: SurveyInput): Promise<SurveyOutput>;
  fitShared(input: FitSharedInput): Promise<FitSharedOutput>;
  startAggregator(input: StartAggregatorInput): Promise<AggregatorStepOutput>;
  aggregatorStep(input: AggregatorStepInput): Promise<AggregatorStepOutput>;
  evaluate(input: EvaluateInput): Promise<EvaluateOutput>;
  trainHere(input: TrainHereInput): Promise<TrainHereOutput>;
  trainSegment(input: TrainSegmentInput): Promise<TrainHereOutput>;
  finishHere(input: FinishHereInput): Promise<FinishHereOutput>;
  validateHere(input: ValidateHereInput): Promise<ValidateHereOutput>;
  keepValidation(input: KeepValidationInput): Promise<KeepValidationOutput>;
  /** What was kept. */
  keptValidation(input: KeptValidationInput): Promise<KeptValidationOutput>;
  predict(input: PredictInput): Promise<PredictOutput>;
  measure(input: MeasureInput): Promise<MeasureOutput>;
  exportModel(input: ExportModelInput): Promise<ExportModelOutput>;
  importModel(input: ImportModelInput): Promise<ImportModelOutput>;
}
