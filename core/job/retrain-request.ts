import { z } from 'zod';
import { parseWith } from '../parse-with.js';
import type { JobInput } from './schema.js';

/** An alias is no number, which would be a version, and not the one that every new version takes. */
const alias = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]*$/, 'an alias begins with a letter: letters, digits, dots, - and _')
  .refine((name) => name !== 'latest', { message: 'every new version is "latest" by itself' });

export const DEFAULT_ALIAS = 'production';

/** The one JSON object that every start of a retraining takes. */
export const retrainRequestSchema = z.strictObject({
  job: z
    .custom<JobInput>((value) => typeof value === 'object' && value !== null, {
      message: 'the job is an object, as a training takes it',
    })
    .refine((job) => job.resumeFrom === undefined, {
      path: ['resumeFrom'],
      message: 'a retraining begins anew',
    })
    .refine((job) => job.warmStart === undefined, {
      path: ['warmStart'],
      message: 'a retraining begins with the version in use, by its own "warmStart": true',
    }),
  force: z.boolean().default(false).describe('Train even if neither the job nor its tables have changed.'),
  warmStart: z
    .boolean()
    .default(false)
    .describe(
      'Begin the training at the parameters of the version in use. Where they do not fit the job it begins by itself, and the result says why.',
    ),
  alias: alias
    .default(DEFAULT_ALIAS)
    .describe('Names the version that is in use; it moves to the new one only if that is better.'),
  margin: z
    .number()
    .default(0)
    .describe(
      'The new version must be better by more than this in the main measure (AUC, RMSE …) on the same test rows; a negative one lets it be a little worse.',
    ),
});

export type RetrainRequest = z.input<typeof retrainRequestSchema>;
/** With every default filled in. */
export type Retraining = z.output<typeof retrainRequestSchema>;

/** Throws an AmalurError with the path of the first offending field. */
export function parseRetrainRequest(value: unknown): Retraining {
  return parseWith(retrainRequestSchema, value, 'request');
}

const promotionSchema = z.strictObject({
  model: z.string().min(1).describe('`name`, `name@version` or `name@alias`.'),
  alias: alias.default(DEFAULT_ALIAS),
});

export type PromotionRequest = z.input<typeof promotionSchema>;

/** The same for a promotion by hand. */
export function parsePromotionRequest(value: unknown): z.output<typeof promotionSchema> {
  return parseWith(promotionSchema, value, 'request');
}
