import { z } from 'zod';
import { measureNames } from '../validation/measures.js';

const columnInRows = z.string().min(1);

/** How training rows are put into folds, each of which is predicted by a model that has not learned from it. */
export const validationSchema = z.strictObject({
  folds: z
    .int()
    .min(2)
    .max(50)
    .default(5)
    .describe(
      'Number of folds k: the model is trained k times more, each time without the rows of one fold.',
    ),
  by: z
    .union([
      z.literal('rows'),
      z.strictObject({ group: columnInRows }),
      z.strictObject({ time: columnInRows }),
    ])
    .default('rows')
    .describe(
      'rows: a hash of the row key decides; `{"group": column}`: rows of one value stay together; `{"time": column}`: each fold is ' +
        'predicted from the rows before it. The column is one of the base table, and of every other that brings rows in.',
    ),
  seed: z.int().min(0).default(0).describe('Another seed gives other folds, unless time makes them.'),
});

const values = z.array(z.union([z.number(), z.string(), z.boolean(), z.array(z.number())])).min(1);

const range = z.strictObject({
  from: z.number(),
  to: z.number(),
  scale: z.enum(['log', 'linear']).default('log'),
  count: z.int().min(2).optional(),
});

const path = z.strictObject({
  path: z.int().min(2),
  ratio: z.number().gt(0).lt(1).default(0.001),
});

/** Which settings of the model are tried. */
export const searchSchema = z.strictObject({
  method: z
    .enum(['grid', 'random'])
    .default('grid')
    .describe('grid tries every combination, the last field fastest; random draws some.'),
  over: z
    .record(z.string(), z.union([values, range, path]))
    .refine((over) => Object.keys(over).length > 0, 'name at least one field of the model')
    .describe(
      'By field of `model` its values: a list, or a range `{from, to, scale, count}`, on a scale `"log"` (default) or `"linear"`. ' +
        '`count` is how many of it a grid takes. Of a whole number a range is rounded. Of `l1` also `{path, ratio}`: so many values from ' +
        'the least at which all parameters are 0 down to `ratio` (default 0.001) of it, on a logarithmic scale; each training begins where the one before ended.',
    ),
  trials: z
    .int()
    .min(1)
    .default(20)
    .describe('random: how many combinations are drawn; of lists alone none is drawn twice.'),
  seed: z.int().min(0).default(0).describe('random: seed of what is drawn.'),
  measure: z
    .enum(measureNames)
    .optional()
    .describe(
      'What is compared: the mean over the folds of logLoss (default), auc (of many classes macroAuc or macroF1) or accuracy of a classification, of rmse (default), mae, r2 or, of counts and amounts, deviance of a regression.',
    ),
  choose: z
    .enum(['best', 'one-standard-error'])
    .default('best')
    .describe(
      'one-standard-error: of all that are within one standard error of the best, the one with the largest penalty l1 + l2.',
    ),
});

export type Validation = z.output<typeof validationSchema>;
export type Search = z.output<typeof searchSchema>;
/** A value that a search may give to a field of the model. */
export type SearchValue = z.output<typeof values>[number];
