import type { ModelVersionRecord, Verdict } from '../../catalog/catalog.js';
import type { Contest } from '../../core/evaluation/promotion.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { PromotionRequest, Retraining, RetrainRequest } from '../../core/job/retrain-request.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { Metrics } from '../../core/models/model.js';
import type { Changes } from '../../core/retraining/changes.js';
import type { Costed, OfExecution, PredictInput } from './operations.js';
import type { TrainingResult } from './results.js';

export type { PromotionRequest, RetrainRequest };

/** Result of the workflow `retrainModel`. */
export interface RetrainingResult {
  /** `name@version` that the alias names now; null where nothing was trained and nothing is in use. */
  readonly inUse: string | null;
  readonly alias: string;
  /** Since the version trained last; null where there was none. */
  readonly changes: Changes | null;
  /** The new version; null where nothing has changed. */
  readonly trained: {
    readonly run: string;
    readonly model: string;
    readonly metrics: Metrics;
    /** Rounds of the training. */
    readonly rounds: number;
    /** Of a retraining with a warm start: the version with which it began, or why it began by itself. */
    readonly began?: { readonly at: string } | { readonly anew: string };
  } | null;
  /** `name@version` that was trained before, and had not been compared yet. Left out: what was trained now was compared, or nothing. */
  readonly judged?: string;
  /** On the same test rows; null where there was nothing to compare, or no way to. */
  readonly contest: Contest | null;
  readonly promoted: boolean;
  /** Why, in a sentence. */
  readonly reason: string;
}

/** Result of the workflow `promoteModel`. */
export interface PromotionResult {
  readonly model: string;
  readonly alias: string;
  /** What the alias named before. */
  readonly before: string | null;
}

/** The control worker's activities of retraining. */
export interface RetrainingActivities {
  /** Checks a request. @throws the AMALUR_… code of what is wrong with it */
  checkRetraining(request: RetrainRequest): Promise<Retraining>;
  /** What is known of the job's model: what has changed since it was trained last, that version if it is undecided, and the version in use. */
  lookUpVersions(resolved: ResolvedJob, alias: string): Promise<KnownVersions>;
  /** Lets an alias name a version, as a person has decided. */
  promoteModel(request: PromotionRequest): Promise<PromotionResult>;
  /** Records how a version compares with the one in use (ModelRepository.decide). @returns `name@version` that the alias names then; null: none */
  decidePromotion(verdict: Verdict): Promise<string | null>;
}

/** A version as its training has left it. */
export type TrainedVersion = Pick<TrainingResult, 'model' | 'strategy' | 'site' | 'metrics' | 'rows'>;

export interface KnownVersions {
  readonly changes: Changes | null;
  /** The version trained last, if nobody has decided yet whether the alias is to name it; null where there is none. */
  readonly undecided: TrainedVersion | null;
  readonly inUse:
    | (ModelVersionRecord & {
        /** It was trained by a job that holds out the same test rows. */
        readonly sameTestRows: boolean;
        /** Why a training of the job cannot begin at its parameters; null where it can. */
        readonly misfit: string | null;
      })
    | null;
}

export interface MeasureInput extends OfExecution, Pick<PredictInput, 'model' | 'target' | 'from'> {
  readonly target: BlobRef;
}

/** Measures on the test rows; null where these are of classes that the model does not know. */
export interface MeasureOutput extends Costed {
  readonly metrics: Metrics | null;
  /** How many test rows there are. */
  readonly rows: number;
}
