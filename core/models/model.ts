import type { Dense } from '../algebra/matrix.js';
import type { BlobRef } from '../exchange/store.js';
import type { Encoder } from '../integration/encoder.js';
import type { ModelType } from '../job/schema.js';
import type { SkippedSilo } from '../job/silo-loss.js';
import type { ValidationReport } from '../validation/report.js';

/** A measure; null where it is not defined: on no rows at all, or AUC where all rows are of one class. */
export type Measure = number | null;

/** Measures of a classification on one set of rows. */
export interface ClassificationMetrics {
  readonly rows: number;
  readonly positives: number;
  readonly auc: Measure;
  readonly logLoss: Measure;
  readonly accuracy: Measure;
}

/** Measures of a classification into many classes on one set of rows. */
export interface MulticlassMetrics {
  readonly rows: number;
  /** How many rows are of each class; a row of a class that training has not seen is in none. */
  readonly classes: readonly number[];
  readonly accuracy: Measure;
  /** Mean of F1 over the classes that are there or are predicted. */
  readonly macroF1: Measure;
  /** Mean over the classes of the AUC of one class against all others, where there are rows of both. */
  readonly macroAuc: Measure;
  readonly logLoss: Measure;
}

/** Measures of a regression on one set of rows. */
export interface RegressionMetrics {
  readonly rows: number;
  readonly rmse: Measure;
  readonly mae: Measure;
  readonly r2: Measure;
  /** Mean deviance, of a model of counts or amounts. */
  readonly deviance?: Measure;
}

/** Measures of a clustering on one set of rows. */
export interface ClusteringMetrics {
  readonly rows: number;
  /** Σ_i ‖t_i − c‖², c being the centre nearest to row i. */
  readonly inertia: Measure;
  /** How many rows are nearest to each centre. */
  readonly clusters: readonly number[];
}

/** Measures of a mixture of distributions on one set of rows. */
export interface MixtureMetrics {
  readonly rows: number;
  /** Σ_i ln p(t_i) / rows. */
  readonly logLikelihood: Measure;
  /** −2 Σ_i ln p(t_i) + p ln rows, p being the number of free parameters (Schwarz 1978). */
  readonly bic: Measure;
  /** −2 Σ_i ln p(t_i) + 2 p (Akaike 1974). */
  readonly aic: Measure;
  /** How many rows most probably are of each component. */
  readonly clusters: readonly number[];
}

/** Measures of a decomposition on one set of rows: T ≈ W H with the loadings W that fit H best, or T̃ ≈ T̃ V Vᵀ. */
export interface DecompositionMetrics {
  readonly rows: number;
  /** ‖T − W H‖ (Frobenius). */
  readonly reconstructionError: Measure;
  /** The same as a share of ‖T‖, or ‖T̃‖. */
  readonly relativeError: Measure;
  /** Share of ‖T̃‖² along each principal component; 0 where all rows are alike. */
  readonly explained?: readonly number[];
}

export type Metrics =
  | ClassificationMetrics
  | MulticlassMetrics
  | RegressionMetrics
  | ClusteringMetrics
  | MixtureMetrics
  | DecompositionMetrics;

/** What a model knows of a group of columns: how they are encoded and what they weigh. Stored as one bundle. */
export interface ModelPart {
  /** Id of the group: the party that supplies the columns, or all who do, joined by `+`. */
  readonly party: string;
  readonly encoder: Encoder;
  /** θ_k (c_k × q) over the encoded columns, in units of the encoded (standardised) columns. */
  readonly theta: Dense;
  /** Of θ_k, where it is known: of a generalised linear model trained in one place. */
  readonly standardErrors?: Float64Array;
}

/** A trained model as the catalog keeps it; its numbers are in blobs, which may be private to a silo. */
export interface ModelManifest {
  readonly type: ModelType;
  /** Of a generalised linear model; else 0. */
  readonly intercept: number;
  /** Standard error of the intercept, where it is known; those of columns are in their parts. */
  readonly interceptError?: number;
  /** Parameters that belong to no column, of a model that has others than an intercept. */
  readonly own?: readonly number[];
  /**
   * Names of the classes, in the order of their codes, of a model that learns many: a blob, for they are values of rows. Of a
   * federated model it is in the store of the silo of the labels.
   */
  readonly classes?: BlobRef;
  /** How a linear regression was solved: by the normal equations, or in rounds. */
  readonly solver?: 'gram' | 'l-bfgs' | 'proximal';
  /** How many parameters of columns are not 0, of a model that sets some to 0 (`l1`). */
  readonly nonZero?: number;
  /** Silos that it was trained without, because they were lost. */
  readonly skipped?: readonly SkippedSilo[];
  /** What cross-validation has found of it, and how its settings were chosen. */
  readonly validation?: ValidationReport;
  /**
   * Where each share finds its part (by `shareId`: a party that supplies its columns alone is its own share). In a federated
   * model each part is in its silo's private store; those who share columns have a part each, all alike.
   */
  readonly parts: Readonly<Record<string, BlobRef>>;
  /** Neural networks: all layers above the first, whose weights are θ. In a federated model private to the aggregator's silo. */
  readonly network?: BlobRef;
  /** What products of columns of different tables weigh: such a model is scored where all rows are. */
  readonly interactions?: BlobRef;
  /** Of a model that was imported. */
  readonly origin?: ModelOrigin;
}

/** Where a model that was imported comes from. */
export interface ModelOrigin {
  /** Names the content of the file. */
  readonly file: string;
  /** `name@version` in the installation that exported it. */
  readonly model: string;
  /** When it was trained there, or came there. */
  readonly createdAt: string;
}
