import { z } from 'zod';

/** What is found out about a model on its test rows. */
export const evaluationSchema = z
  .strictObject({
    curves: z
      .boolean()
      .default(true)
      .describe(
        'Curves, calibration and confusion matrix of a classification into two classes; confusion matrix of one into many; bins, quantiles and histogram of the errors of a regression.',
      ),
    intervals: z
      .int()
      .min(0)
      .max(10_000)
      .default(200)
      .describe(
        'Bootstrap resamples of the test rows, of which 95 % intervals of the measures are made; 0 makes none.',
      ),
    importance: z
      .enum(['none', 'silos', 'columns'])
      .default('silos')
      .describe(
        "How much worse the model is if a silo's values are permuted among the test rows; columns also tells it of each column, where rows are in one place.",
      ),
    repeats: z.int().min(1).max(100).default(5).describe('Permutations of which an importance is the mean.'),
    leaveOut: z
      .boolean()
      .default(false)
      .describe(
        'What a silo adds: the model is trained again without the columns of each silo but that of the base table, and measured on the same test rows. Each silo costs another training.',
      ),
    seed: z.int().min(0).default(0).describe('Seed of resamples and permutations.'),
  })
  .default({ curves: true, intervals: 200, importance: 'silos', repeats: 5, leaveOut: false, seed: 0 });

/** What is found out of one trained model; leaving silos out takes more of them. */
export type EvaluationSpec = Omit<z.output<typeof evaluationSchema>, 'leaveOut'>;
