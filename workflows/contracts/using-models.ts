import type { BlobRef } from '../../core/exchange/store.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { ModelManifest } from '../../core/models/model.js';
import type { Site } from '../../core/planner/plan.js';
import type { Costed, OfExecution, ShareOfColumns } from './operation.js';
import type { ImportRequest } from './results.js';

/** A table's columns with their part of a model. */
export interface ScoringShare extends ShareOfColumns {
  readonly part: BlobRef;
}

export interface ScoreInput extends OfExecution {
  readonly type: ModelSpec['type'];
  readonly site: Site;
  readonly shares: readonly ScoringShare[];
}

export interface ScoreOutput extends Costed {
  readonly scores: Readonly<Record<string, BlobRef>>;
}

export interface PredictInput extends OfExecution {
  readonly model: Pick<ModelManifest, 'type' | 'intercept' | 'own' | 'classes' | 'network' | 'interactions'>;
  readonly target: BlobRef;
  /** Tables that bring rows in, the base first: the first that a row has names it. */
  readonly origins: readonly { readonly party: string; readonly link: BlobRef }[];
  /** By share. factorize: partial scores; materialize: features and parts of the model. */
  readonly from:
    | { readonly scores: Readonly<Record<string, BlobRef>> }
    | {
        readonly shares: readonly ScoringShare[];
      };
  /** File to write, .csv or .parquet. */
  readonly output: string;
}

export interface PredictOutput extends Costed {
  readonly file: string;
  readonly rows: number;
  readonly sha256: string;
}

export interface ExportModelInput extends OfExecution {
  readonly format: ExportFormat;
  readonly model: PortableModel;
  /** File to write: .onnx, .amalur or model.json. */
  readonly output: string;
}

export interface ExportModelOutput extends Costed {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ImportModelInput extends OfExecution {
  readonly request: ImportRequest;
}

/** What the file says; its blobs are in the exchange now. */
export interface ImportModelOutput extends Costed {
  readonly model: PortableModel;
  /** Names the content of the file. */
  readonly digest: string;
}
