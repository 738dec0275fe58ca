import type { ErrorReport } from '../errors.js';
import type { Measure, Metrics } from '../models/model.js';
import type { EndReason } from '../training/steering.js';
import type { Interval, Intervals } from './bootstrap.js';
import { mainMeasure, type MainMeasure } from './main-measure.js';

/** What each silo adds: the model's main measure on the test rows, and that of a model that was trained without the silo's columns. */
export interface LeftOut {
  readonly measure: MainMeasure['name'];
  /** Of the model itself. */
  readonly with: Measure;
  /** Of what the intervals are made, where there are some. */
  readonly resamples?: number;
  readonly level?: number;
  readonly silos: readonly LeftOutSilo[];
  /** Silos of which nothing can be told, where there are some. */
  readonly failed?: readonly FailedWithout[];
}

/** A silo without which no model could be trained. */
export interface FailedWithout {
  readonly silo: string;
  readonly error: ErrorReport;
}

export interface LeftOutSilo {
  readonly silo: string;
  readonly without: Measure;
  /** By how much the model is worse without the silo: below 0 where it is better. */
  readonly lost: Measure;
  /** Paired bootstrap interval of that. */
  readonly interval?: Interval;
  /** Of the training without it. */
  readonly rounds: number;
  readonly stopped: EndReason;
}

/** A model that was trained without a silo's columns. */
export interface TrainedWithout extends Pick<LeftOutSilo, 'silo' | 'rounds' | 'stopped'> {
  /** On the test rows. */
  readonly metrics: Metrics;
  /** Intervals of the differences of its measures and the model's. */
  readonly differences?: Intervals;
}

/** @param metrics of the model itself on the test rows */
export function leftOutOf(
  metrics: Metrics,
  trained: readonly TrainedWithout[],
  failed: readonly FailedWithout[] = [],
): LeftOut {
  const { name: measure, value, better } = mainMeasure(metrics);
  const sign = better === 'higher' ? -1 : 1;
  const intervals = trained.find(({ differences }) => differences?.measures[measure])?.differences;
  return {
    measure,
    with: value,
    ...(intervals && { resamples: intervals.resamples, level: intervals.level }),
    silos: trained.map(({ silo, metrics: others, differences, rounds, stopped }) => {
      const without = mainMeasure(others).value;
      const lost = value === null || without === null ? null : sign * (without - value);
      const interval = differences?.measures[measure];
      return { silo, without, lost, ...(interval && { interval: turned(interval, sign) }), rounds, stopped };
    }),
    ...(failed.length > 0 && { failed }),
  };
}

function turned({ low, high, defined }: Interval, sign: 1 | -1): Interval {
  return sign === 1 ? { low, high, defined } : { low: -high, high: -low, defined };
}
