import { z } from 'zod';
import { columnName, tableName, targetColumnName } from './names.js';
import { evaluationSchema } from './evaluation-schema.js';
import { featuresSchema } from './features-schema.js';
import { modelSchema } from './model-schema.js';
import { searchSchema, validationSchema } from './search-schema.js';
import { onSiloLostSchema } from './silo-loss-schema.js';

const siloName = z.string().regex(/^[A-Za-z0-9_-]+$/, 'a silo name has letters, digits, _ and -');

const label = z
  .strictObject({
    column: z
      .string()
      .min(1)
      .describe('Column of the base table that is to be predicted. Rows where it is NULL are left out.'),
    atLeast: z
      .number()
      .optional()
      .describe('Classification: the positive class is a value of at least this.'),
    equals: z
      .union([z.string(), z.number(), z.boolean()])
      .optional()
      .describe('Classification: the positive class is this value.'),
  })
  .refine((l) => l.atLeast === undefined || l.equals === undefined, 'give atLeast or equals, not both')
  .optional();

const scenario = z.enum(['left', 'inner', 'outer', 'union']);

const keyColumns = z
  .array(z.union([z.string().min(1), z.strictObject({ base: z.string().min(1), table: z.string().min(1) })]))
  .min(1)
  .describe(
    'Key columns: a name that both sides have, or `{base, table}` where the names differ. A part may be computed: ' +
      '`lower(trim(email))`, with lower, upper, trim, digits, alphanumeric and date.',
  );

const join = z.strictObject({
  table: tableName.describe('The table that comes in.'),
  as: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional()
    .describe('Alias, needed where a table is joined twice (say airports as origin and as destination).'),
  scenario: scenario
    .optional()
    .describe("How this table comes in, where that is not the integration's scenario."),
  to: tableName
    .optional()
    .describe(
      'An earlier table (with its alias) to join to, which makes a snowflake; default: the base table and those united with it.',
    ),
  on: keyColumns.optional(),
  through: z
    .strictObject({
      table: tableName.describe('Table of which each row says that two rows match.'),
      base: z.array(z.string().min(1)).min(1).describe('Its columns that hold the key of the rows so far.'),
      match: z.array(z.string().min(1)).min(1).describe("Its columns that hold the joined table's key."),
    })
    .optional()
    .describe('A table of matches between the two sides, where they have no key in common.'),
  matches: z
    .enum(['one', 'all'])
    .default('one')
    .describe(
      "one: the table's key must not repeat; all: a row is repeated for each row that it matches (n:m).",
    ),
});

const columns = z
  .record(targetColumnName, z.array(columnName).min(1))
  .default({})
  .describe(
    'Target columns that several tables supply: by name, their source columns in the order in which they own a cell that more ' +
      'than one of them has. Tables that are united share columns of one name by themselves.',
  );

/** The one JSON object that every start of a training takes: CLI, `temporal`, UI form, schedule, client. */
export const jobSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a job name has lower-case letters, digits and -, at most 63')
    .describe('Name of the job and of the model that it trains.'),
  task: z
    .enum(['classification', 'regression', 'clustering', 'decomposition'])
    .describe(
      'What is learned: the probability of a class, a number, groups of rows, or a few components that make up the rows. The last two take no label.',
    ),
  target: z.strictObject({
    base: tableName.describe('The table whose rows are the rows of the target table.'),
    label,
    weight: z
      .string()
      .min(1)
      .optional()
      .describe('Column of numbers ≥ 0: how much each row counts in the loss. It is no feature.'),
    offset: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Generalised linear models: column of numbers that are added to the score of each row, in training and in prediction. For a rate it is the logarithm of the exposure. It is no feature.',
      ),
    rowKey: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Columns of the base table that identify a row; default: its key if the catalog knows one, else all its columns but the label.',
      ),
  }),
  integration: z
    .strictObject({
      scenario: scenario
        .default('left')
        .describe(
          'left keeps rows without a match (their cells count as missing); inner drops them; outer keeps the rows of the joined ' +
            "table as well that nobody matches; union adds the table's rows below.",
        ),
      joins: z
        .array(join)
        .default([])
        .describe('The tables besides the base, in the order in which they come in.'),
      columns,
      overlap: z
        .union([
          z.enum(['first', 'fail']),
          z.strictObject({
            newest: z
              .record(tableName, z.string().min(1))
              .refine(
                (ages) => Object.keys(ages).length > 0,
                'name at least one table with its column of time',
              )
              .describe('By table the column that tells its age.'),
          }),
        ])
        .default('first')
        .describe(
          "Who owns a cell that several tables have: first, in the order of the column's sources; newest, by a column of time; " +
            'fail, if they disagree anywhere.',
        ),
      maxRows: z
        .int()
        .positive()
        .max(2_000_000_000)
        .default(50_000_000)
        .describe(
          'Rows that the target table may have at the most: a guard against joins that multiply rows.',
        ),
    })
    .default({ scenario: 'left', joins: [], columns: {}, overlap: 'first', maxRows: 50_000_000 }),
  features: featuresSchema,
  model: modelSchema.describe('What is fitted.'),
  split: z
    .strictObject({
      test: z.number().min(0).max(0.9).default(0.2).describe('Share of rows held out for testing.'),
      seed: z.int().min(0).default(0).describe('Another seed gives another split.'),
    })
    .default({ test: 0.2, seed: 0 }),
  validation: validationSchema.optional(),
  search: searchSchema.optional(),
  evaluation: evaluationSchema,
  onSiloLost: onSiloLostSchema.optional(),
  strategy: z
    .enum(['auto', 'materialize', 'factorize', 'federate'])
    .default('auto')
    .describe('auto lets the planner decide by cost among what the constraints allow.'),
  constraints: z
    .strictObject({
      rowsStay: z.array(siloName).default([]).describe('Silos whose rows must not leave them.'),
      keysStay: z.array(siloName).default([]).describe('Silos whose join keys must not leave them in clear.'),
      labelsStay: z.boolean().default(false).describe('Labels must not leave the silo that has them.'),
      parametersStay: z.boolean().default(false).describe("A silo's parameters must not leave it."),
      maxBytesOut: z
        .int()
        .positive()
        .optional()
        .describe(
          'Bytes that may leave any one silo in training, as predicted: a plan that would exceed it is ruled out.',
        ),
      maxSeconds: z.number().positive().optional().describe('Predicted seconds that a plan may take.'),
      maxMemoryBytes: z.int().positive().optional().describe('Memory that the aggregator may use.'),
    })
    .default({ rowsStay: [], keysStay: [], labelsStay: false, parametersStay: false }),
  warmStart: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A stored model, `name`, `name@version` or `name@alias`: the training begins at its parameters, expressed in the columns as they are encoded now. The version is settled when the run starts. Not for PCA.',
    ),
  resumeFrom: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A run that ended: the training goes on from its last committed step. The job must be the same but for `name`, `model.tolerance` and `model.maxRounds`, and so must be the tables.',
    ),
});

/** A job with every default filled in. */
export type Job = z.output<typeof jobSchema>;
/** A job as a person writes it. */
export type JobInput = z.input<typeof jobSchema>;
export type Label = NonNullable<Job['target']['label']>;
export type ModelSpec = Job['model'];
export type ModelType = ModelSpec['type'];
export type StrategyName = Exclude<Job['strategy'], 'auto'>;
