import { meanOf, merged, quantileBins, smoothQuantile } from './bins.js';
import type { Ranked } from './ranked.js';

const BINS = 10;
const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** How a regression errs; an error is the prediction less the label. */
export interface ErrorSummary {
  /** Tenths of the rows by prediction. */
  readonly bins: readonly {
    readonly rows: number;
    readonly meanPrediction: number;
    readonly meanLabel: number;
  }[];
  /** Errors, each the mean of the five about the quantile. */
  readonly quantiles: readonly { readonly share: number; readonly error: number }[];
  /** Errors from `from` to below `to`; the first bin has no lower end and the last no upper one. */
  readonly histogram: readonly {
    readonly from: number | null;
    readonly to: number | null;
    readonly rows: number;
  }[];
}

export function summarizeErrors(rows: Ranked): ErrorSummary {
  const errors = rows.predictions.map((prediction, at) => prediction - rows.labels[at]!).sort();
  return {
    bins: byPrediction(rows),
    quantiles: QUANTILES.map((share) => ({ share, error: smoothQuantile(errors, share) })),
    histogram: histogram(errors),
  };
}

function byPrediction({ predictions, labels }: Ranked): ErrorSummary['bins'] {
  let from = 0;
  return quantileBins(predictions, BINS).map((end) => {
    const bin = {
      rows: end - from,
      meanPrediction: meanOf(predictions.subarray(from, end)),
      meanLabel: meanOf(labels.subarray(from, end)),
    };
    from = end;
    return bin;
  });
}

const MOST_BINS = 30;

/** Bins of one width, a round number, over 98 % of the errors; the outermost take the rest, and small ones are put together. */
function histogram(sorted: Float64Array): ErrorSummary['histogram'] {
  const [low, high] = [smoothQuantile(sorted, 0.01), smoothQuantile(sorted, 0.99)];
  const width = roundWidth((high - low) / (MOST_BINS - 2));
  if (width === undefined) return [{ from: null, to: null, rows: sorted.length }];
  const first = Math.floor(low / width);
  const count = Math.floor(high / width) + 1 - first;
  // A multiple of 0.1 is shown as it would be written.
  const edges = Array.from({ length: count - 1 }, (_, at) =>
    Number(((first + at + 1) * width).toPrecision(12)),
  );
  let below = 0;
  const ends = edges.map((edge) => {
    while (below < sorted.length && sorted[below]! < edge) below++;
    return below;
  });
  const kept = merged([...ends, sorted.length]);
  const edgeAt = (end: number) => edges[ends.indexOf(end)] ?? null;
  return kept.map((end, at) => {
    const start = kept[at - 1];
    return {
      from: start === undefined ? null : edgeAt(start),
      to: at === kept.length - 1 ? null : edgeAt(end),
      rows: end - (start ?? 0),
    };
  });
}

/** The smallest of 1, 2 and 5 times a power of ten that is no less; undefined where nothing is to be divided. */
function roundWidth(least: number): number | undefined {
  if (!(least > 0) || !Number.isFinite(least)) return undefined;
  const power = 10 ** Math.floor(Math.log10(least));
  const width = [1, 2, 5, 10].find((digit) => digit * power >= least);
  return width === undefined || !(power > 0) ? undefined : width * power;
}
