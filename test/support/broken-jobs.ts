import type { ErrorCode } from '../../core/errors.js';
import type { JobInput } from '../../core/job/schema.js';

type Json = Record<string, unknown>;

/** A job that cannot be trained, and what its author is to be told. Where it is run, the sound one has been trained as `sound`. */
export interface BrokenJob {
  readonly what: string;
  /** As somebody may write it, so not of any type. */
  readonly job: unknown;
  readonly code: ErrorCode;
  readonly field: string;
  readonly suggestion: RegExp;
}

/** How the orders join their customers and products. */
export const onCustomer = { table: 'crm.customers', on: ['customer_id'] };
export const onProduct = { table: 'warehouse.products', on: [{ base: 'product', table: 'sku' }] };

/** The orders example's job, without its own name. */
export const soundJob: JobInput = {
  name: 'broken',
  task: 'classification',
  target: { base: 'shop.orders', label: { column: 'returned', equals: 'yes' }, rowKey: ['order_id'] },
  integration: { scenario: 'left', joins: [onCustomer, onProduct] },
  features: { include: ['shop.orders.discount', 'crm.customers.birth_year', 'warehouse.products.price'] },
  model: { type: 'logistic-regression', l2: 0.01 },
  strategy: 'materialize',
};

/** A job over the table of visits. */
export const visitsJob: JobInput = {
  name: 'broken',
  task: 'classification',
  target: { base: 'shop.visits', label: { column: 'outcome', equals: 'yes' }, rowKey: ['visit'] },
  integration: { scenario: 'left', joins: [] },
  features: { exclude: ['shop.visits.visit'] },
  model: { type: 'logistic-regression', l2: 0.01 },
  strategy: 'materialize',
};

function joining(...joins: Json[]): Json {
  return { ...soundJob, integration: { joins }, features: {} };
}

function visitsJoining(table: string, on: readonly string[], scenario = 'left'): Json {
  return { ...visitsJob, integration: { scenario, joins: [{ table, on }] } };
}

function labelled(label: Json, change: Json = {}): Json {
  return { ...visitsJob, target: { ...visitsJob.target, label }, ...change };
}

const regression = { task: 'regression', model: { type: 'linear-regression' } };

export const brokenJobs: readonly BrokenJob[] = [
  {
    what: 'a warm start from a model that is not there',
    job: { ...soundJob, warmStart: 'sounds' },
    code: 'AMALUR_UNKNOWN_MODEL',
    field: 'warmStart',
    suggestion: /did you mean sound\?/,
  },
  {
    what: 'a warm start from a version that is not there',
    job: { ...soundJob, warmStart: 'sound@9' },
    code: 'AMALUR_UNKNOWN_MODEL',
    field: 'warmStart',
    suggestion: /sound has the versions 1/,
  },
  {
    what: 'a warm start from a model of another type',
    job: { ...soundJob, model: { type: 'neural-network' }, warmStart: 'sound' },
    code: 'AMALUR_START_MISFIT',
    field: 'warmStart',
    suggestion: /another version, or leave warmStart out/,
  },
  {
    what: 'a search over a field that the model has not',
    job: { ...soundJob, validation: {}, search: { over: { lambda: [0.1, 1] } } },
    code: 'AMALUR_UNKNOWN_FIELD',
    field: 'search.over.lambda',
    suggestion: /known: .*l2/,
  },
  {
    what: 'folds by a column that has the same group in every row',
    job: { ...visitsJob, validation: { by: { group: 'constant' } } },
    code: 'AMALUR_EMPTY_TARGET',
    field: 'validation.folds',
    suggestion: /other groups/,
  },
  {
    what: 'importances by column where no column leaves its silo',
    job: { ...soundJob, strategy: 'federate', evaluation: { importance: 'columns' } },
    code: 'AMALUR_INVALID_JOB',
    field: 'evaluation.importance',
    suggestion: /"silos" or "none"/,
  },
  {
    what: 'importances by column of a model that is no weighted sum of columns',
    job: { ...soundJob, model: { type: 'neural-network' }, evaluation: { importance: 'columns' } },
    code: 'AMALUR_INVALID_JOB',
    field: 'evaluation.importance',
    suggestion: /"silos" or "none"/,
  },
  {
    what: 'silos left out where only that of the base table has columns',
    job: { ...visitsJob, evaluation: { leaveOut: true } },
    code: 'AMALUR_INVALID_JOB',
    field: 'evaluation.leaveOut',
    suggestion: /join a table of another silo/,
  },
  {
    what: 'a network with a layer whose random numbers cannot be repeated',
    job: {
      ...soundJob,
      model: {
        type: 'neural-network',
        architecture: {
          class_name: 'Sequential',
          config: {
            layers: [
              { class_name: 'Dense', config: { units: 4 } },
              { class_name: 'GaussianNoise', config: { stddev: 0.1 } },
              { class_name: 'Dense', config: { units: 1, activation: 'sigmoid' } },
            ],
          },
        },
      },
    },
    code: 'AMALUR_INVALID_NETWORK',
    field: 'model.architecture',
    suggestion: /layers may be Dense/,
  },
  {
    what: 'a table that is not there',
    job: joining(onCustomer, { ...onProduct, table: 'warehouse.prodcuts' }),
    code: 'AMALUR_UNKNOWN_TABLE',
    field: 'integration.joins[1].table',
    suggestion: /did you mean warehouse\.products\?/,
  },
  {
    what: 'a silo that is not there',
    job: joining({ ...onCustomer, table: 'crn.customers' }),
    code: 'AMALUR_UNKNOWN_SILO',
    field: 'integration.joins[0].table',
    suggestion: /did you mean crm\?/,
  },
  {
    what: 'a column that is not there',
    job: joining({ ...onCustomer, on: ['custmer_id'] }),
    code: 'AMALUR_UNKNOWN_COLUMN',
    field: 'integration.joins[0].on[0]',
    suggestion: /did you mean customer_id\?/,
  },
  {
    what: 'a field that does not exist',
    job: { ...soundJob, model: { ...soundJob.model, tolerence: 1e-6 } },
    code: 'AMALUR_UNKNOWN_FIELD',
    field: 'model.tolerence',
    suggestion: /did you mean tolerance\?/,
  },
  {
    what: 'a field of a wrong type',
    job: { ...soundJob, split: { test: '0.2' } },
    code: 'AMALUR_WRONG_TYPE',
    field: 'split.test',
    suggestion: /without quotation marks/,
  },
  {
    what: 'a required field that is missing',
    job: { ...soundJob, model: undefined },
    code: 'AMALUR_INVALID_JOB',
    field: 'model',
    suggestion: /expected/,
  },
  {
    what: 'a label that has one value',
    job: labelled({ column: 'constant', equals: 'same' }),
    code: 'AMALUR_LABEL_ONE_CLASS',
    field: 'target.label.column',
    suggestion: /two classes/,
  },
  {
    what: 'a label of one class, which only its rows tell',
    job: { ...soundJob, target: { ...soundJob.target, label: { column: 'quantity', atLeast: 1e6 } } },
    code: 'AMALUR_LABEL_ONE_CLASS',
    field: 'target.label',
    suggestion: /another threshold/,
  },
  {
    what: 'amounts of which some are 0, which only their rows tell',
    job: {
      ...soundJob,
      task: 'regression',
      target: { ...soundJob.target, label: { column: 'discount' } },
      features: { include: ['shop.orders.quantity', 'crm.customers.birth_year'] },
      model: { type: 'gamma-regression' },
    },
    code: 'AMALUR_LABEL_OUT_OF_RANGE',
    field: 'target.label.column',
    suggestion: /linear-regression/,
  },
  {
    what: 'an offset that is NULL in some rows',
    job: {
      ...soundJob,
      task: 'regression',
      target: { ...soundJob.target, label: { column: 'quantity' }, offset: 'discount' },
      features: { include: ['crm.customers.birth_year'] },
      model: { type: 'poisson-regression' },
    },
    code: 'AMALUR_WRONG_TYPE',
    field: 'target.offset',
    suggestion: /in every row/,
  },
  {
    what: 'weights of a class that only its rows tell not to be there',
    job: labelled(
      { column: 'words' },
      { model: { type: 'softmax-regression', classWeights: { nowhere: 2 } } },
    ),
    code: 'AMALUR_INVALID_JOB',
    field: 'model.classWeights["nowhere"]',
    suggestion: /as text/,
  },
  {
    what: 'every value of a number as a class',
    job: labelled({ column: 'minutes' }, { model: { type: 'softmax-regression' } }),
    code: 'AMALUR_WRONG_TYPE',
    field: 'target.label.column',
    suggestion: /regression/,
  },
  {
    what: 'the label among the features',
    job: { ...soundJob, features: { include: ['shop.orders.returned'] } },
    code: 'AMALUR_LABEL_IN_FEATURES',
    field: 'features.include[0]',
    suggestion: /remove it/,
  },
  {
    what: 'a join that matches nothing',
    job: visitsJoining('shop.strangers', ['visit']),
    code: 'AMALUR_EMPTY_JOIN',
    field: 'integration.joins[0]',
    suggestion: /key columns/,
  },
  {
    what: 'an inner join that matches nothing',
    job: visitsJoining('shop.strangers', ['visit'], 'inner'),
    code: 'AMALUR_EMPTY_JOIN',
    field: 'integration.joins[0]',
    suggestion: /key columns/,
  },
  {
    what: 'a join with a table that has no rows',
    job: visitsJoining('shop.empty', ['visit']),
    code: 'AMALUR_EMPTY_JOIN',
    field: 'integration.joins[0].on',
    suggestion: /leave the join out/,
  },
  {
    what: 'keys of different types',
    job: joining({ ...onProduct, on: [{ base: 'quantity', table: 'sku' }] }),
    code: 'AMALUR_KEY_TYPE_MISMATCH',
    field: 'integration.joins[0].on[0]',
    suggestion: /compute a key/,
  },
  {
    what: 'a key that repeats on the "one" side, which only its rows tell',
    job: visitsJoining('shop.repeating', ['day', 'half']),
    code: 'AMALUR_REPEATED_KEY',
    field: 'integration.joins[0]',
    suggestion: /one row/,
  },
  {
    what: 'a file that vanished after it was registered',
    job: visitsJoining('shop.vanishing', ['visit']),
    code: 'AMALUR_SOURCE_MISSING',
    field: 'silos.shop.tables.vanishing.csv',
    suggestion: /path/,
  },
  {
    what: 'a CSV that does not parse',
    job: visitsJoining('shop.unparsable', ['visit']),
    code: 'AMALUR_SOURCE_UNREADABLE',
    field: 'silos.shop.tables.unparsable',
    suggestion: /mend the row/,
  },
  {
    what: 'a CSV that is not UTF-8',
    job: visitsJoining('shop.latin', ['visit']),
    code: 'AMALUR_SOURCE_UNREADABLE',
    field: 'silos.shop.tables.latin',
    suggestion: /UTF-8/,
  },
  {
    what: 'constraints that no plan satisfies',
    job: { ...soundJob, constraints: { rowsStay: ['shop', 'crm'] } },
    code: 'AMALUR_NO_PLAN',
    field: 'constraints',
    suggestion: /without/,
  },
  {
    what: 'a table that takes part twice under one name',
    job: joining(onCustomer, onProduct, onCustomer),
    code: 'AMALUR_DUPLICATE_NAME',
    field: 'integration.joins[2].table',
    suggestion: /alias/,
  },
  {
    what: 'a base table without rows',
    job: { ...visitsJob, target: { ...visitsJob.target, base: 'shop.empty' }, features: {} },
    code: 'AMALUR_EMPTY_TARGET',
    field: 'target.base',
    suggestion: /values|rows/,
  },
  {
    what: 'a base table of one row',
    job: { ...visitsJob, target: { ...visitsJob.target, base: 'shop.single' }, features: {} },
    code: 'AMALUR_LABEL_ONE_CLASS',
    field: 'target.label.column',
    suggestion: /two classes/,
  },
  {
    what: 'a label that is NULL everywhere, in a classification',
    job: labelled({ column: 'silent', equals: 'yes' }),
    code: 'AMALUR_EMPTY_TARGET',
    field: 'target.label.column',
    suggestion: /values/,
  },
  {
    what: 'a label that is NULL everywhere, in a regression',
    job: labelled({ column: 'silent' }, regression),
    code: 'AMALUR_EMPTY_TARGET',
    field: 'target.label.column',
    suggestion: /values/,
  },
  {
    what: 'features that are constant, NULL or have too many values',
    job: {
      ...visitsJob,
      features: { include: ['never', 'constant', 'words', 'spelt'].map((name) => `shop.visits.${name}`) },
    },
    code: 'AMALUR_NO_FEATURES',
    field: 'features',
    suggestion: /maxLevels/,
  },
];
