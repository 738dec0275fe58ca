import type { Metrics } from '../models/model.js';
import { mainMeasure, type MainMeasure } from './main-measure.js';

/** A new version beside the one in use, on the same test rows. */
export interface Contest {
  readonly measure: MainMeasure['name'];
  readonly better: MainMeasure['better'];
  readonly inUse: number | null;
  readonly candidate: number | null;
  readonly margin: number;
  readonly won: boolean;
}

/**
 * The new version wins if its main measure is better by more than the margin. What is not defined, such as AUC where all
 * test rows are of one class, wins nothing.
 * @param margin in units of the measure; below 0 the new version may be a little worse
 */
export function contest(inUse: Metrics, candidate: Metrics, margin: number): Contest {
  const { name: measure, value: old, better } = mainMeasure(inUse);
  const { name, value } = mainMeasure(candidate);
  const gain = old === null || value === null ? NaN : better === 'higher' ? value - old : old - value;
  const won = name === measure && gain > margin;
  return { measure, better, inUse: old, candidate: name === measure ? value : null, margin, won };
}
