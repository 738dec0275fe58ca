import type { BlobRef } from '../../core/exchange/store.js';
import type { Survey } from '../../core/integration/describe.js';
import type { JoinFacts } from '../../core/integration/lay-out.js';
import type { Overlap } from '../../core/integration/row-patterns.js';
import type { Party, ResolvedJob } from '../../core/job/resolved.js';
import type { Job, Label } from '../../core/job/schema.js';
import type { Site } from '../../core/planner/plan.js';
import type { KeyColumn } from '../../core/sources/key-column.js';
import type { Costed, OfExecution } from './operation.js';

/** Public half of the key pair that a silo made for this execution. */
export interface OpenChannelOutput {
  readonly publicKey: string;
}

export interface SealSecretInput extends OfExecution {
  readonly publicKeys: Readonly<Record<string, string>>;
}

/** The execution's secret, sealed for each silo: who merely passes it on learns nothing. */
export interface SealSecretOutput {
  readonly sealed: Readonly<Record<string, string>>;
}

/** What a party publishes of its rows so that they find each other, and of a table that brings rows in what defines them. */
export interface PartyLink {
  readonly party: Party;
  /** Key columns by the party of the join that they are for. */
  readonly keys: Readonly<Record<string, readonly KeyColumn[]>>;
  /** Source columns by the target column that other tables supply as well: equal values are to be told from different ones. */
  readonly cells: Readonly<Record<string, string>>;
  /** For training: the label, of a table that supplies it. */
  readonly label?: Label & {
    /** Every value is a class of its own, and travels with its name. */
    readonly classes?: boolean;
  };
  /** For training: the column of weights, of a table that supplies it. */
  readonly weight?: string;
  /** The column of offsets, of a table that supplies it. */
  readonly offset?: string;
  /** For training: the row key that decides which rows are held out, of a table that brings rows in. */
  readonly split?: { readonly columns: readonly string[]; readonly seed: number; readonly test: number };
  /** For cross-validation, of a table that brings rows in: what is hashed to a block of rows, or the column of time. */
  readonly fold?:
    | { readonly columns: readonly string[]; readonly seed: number; readonly blocks: number }
    | { readonly time: string };
  /** For training, of the base table where columns are encoded by labels: what is hashed to the folds of cross-fitting. */
  readonly target?: { readonly columns: readonly string[]; readonly seed: number };
  /** For inference: columns that name a row in the result, of a table that brings rows in. */
  readonly identify?: readonly string[];
  /** Column that tells how new a row is, where the newest source owns a cell. */
  readonly age?: string;
}

export interface PublishInput extends OfExecution {
  readonly links: readonly PartyLink[];
  /** Where rows are matched: what is published goes there. */
  readonly site: Site;
  /** rows: the feature columns go to the site too (materialize); keys: they stay. */
  readonly what: 'rows' | 'keys';
  /** federate: keys are hashed under the execution's secret. */
  readonly channel?: { readonly sealed?: string };
}

export interface PublishedParty {
  readonly rows: number;
  /** Feature columns: private to the silo, or at the site. */
  readonly features: BlobRef;
  /** Key tokens, labels, split: at the site. */
  readonly link: BlobRef;
}

export interface PublishOutput extends Costed {
  readonly parties: Readonly<Record<string, PublishedParty>>;
}

export interface MatchInput extends OfExecution {
  readonly resolved: Pick<ResolvedJob, 'joins' | 'groups' | 'labels' | 'weights' | 'offsets'> & {
    /** Without their features, which the groups have: a wide table's make up most of a payload. */
    readonly parties: readonly Pick<Party, 'id' | 'silo'>[];
  };
  readonly overlap: Job['integration']['overlap'];
  readonly maxRows: number;
  /** Training only; counts: whether the parties are to know n_k. */
  readonly learn?: { readonly job: Job; readonly counts: boolean };
  readonly published: Readonly<Record<string, PublishedParty>>;
}

/** What the integration has found. */
export interface MatchFacts {
  readonly joins: readonly JoinFacts[];
  /** Of the groups of columns that several tables supply, as far as their cells could be compared. */
  readonly overlaps: readonly Overlap[];
}

export interface MatchOutput extends Costed, MatchFacts {
  readonly target: BlobRef;
  readonly rows: number;
  readonly trainRows: number;
  /** n_k of each share, at its party's home; none where the parties take no steps. */
  readonly counts: Readonly<Record<string, BlobRef>>;
}

export type SurveyInput = Omit<MatchInput, 'learn'>;

export interface SurveyOutput extends Costed, Survey {}
