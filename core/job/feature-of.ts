import { MAX_TEXT_LENGTH } from '../integration/encoding/text-length.js';
import type { DatePart } from '../integration/encoding/date-parts.js';
import type { ColumnProfile, ColumnType } from '../sources/profile.js';
import {
  BIN_COUNT,
  HASH_BUCKETS,
  POLYNOMIAL_DEGREE,
  settingsOf,
  SPLINE,
  type EncodingRequest,
  type EncodingSettings,
} from './features-schema.js';
import type {
  CategoricalFeature,
  DateFeature,
  FeatureColumn,
  NumericFeature,
  SplineFeature,
  TargetFeature,
} from './resolved.js';
import type { Job } from './schema.js';

type Settings<T extends FeatureColumn['encoding']> = Extract<EncodingSettings, { type: T }>;

const DAY_PARTS: readonly DatePart[] = ['year', 'month', 'day', 'weekday'];

/** How columns of a type are encoded where the job does not say. */
export function usualEncoding(type: ColumnType): 'numeric' | 'categorical' | undefined {
  switch (type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return 'numeric';
    case 'text':
      return 'categorical';
    case 'date':
    case 'timestamp':
    case 'other':
      return undefined;
  }
}

/** A column as a feature: as asked for, the rest from the defaults for all columns. */
export function featureOf(
  { name, type }: ColumnProfile,
  asked: EncodingRequest,
  defaults: Job['features'],
): FeatureColumn {
  const settings = settingsOf(asked);
  switch (settings.type) {
    case 'numeric':
      return numericFeature(name, settings, defaults);
    case 'polynomial':
      return {
        ...numericFeature(name, { ...settings, type: 'numeric' }, defaults),
        encoding: 'polynomial',
        degree: settings.degree ?? POLYNOMIAL_DEGREE,
      };
    case 'spline':
      return splineFeature(name, settings);
    case 'bins':
      return {
        name,
        encoding: 'bins',
        count: settings.count ?? BIN_COUNT,
        ...(settings.indicator && { indicator: true }),
      };
    case 'categorical':
      return categoricalFeature(name, settings, defaults);
    case 'date':
      return dateFeature(name, type, settings, defaults);
    case 'hash':
      return { name, encoding: 'hash', buckets: settings.buckets ?? HASH_BUCKETS };
    case 'target':
      return targetFeature(name, settings, defaults);
  }
}

function numericFeature(name: string, asked: Settings<'numeric'>, defaults: Job['features']): NumericFeature {
  const { scale = defaults.scale, missing = defaults.missing, indicator = defaults.indicator } = asked;
  return {
    name,
    encoding: 'numeric',
    ...(scale !== 'standard' && { scale }),
    ...(missing !== 'mean' && { missing }),
    ...(indicator && { indicator }),
  };
}

function splineFeature(
  name: string,
  { knots = SPLINE.knots, degree = SPLINE.degree, at, extrapolation, indicator }: Settings<'spline'>,
): SplineFeature {
  return {
    name,
    encoding: 'spline',
    knots,
    degree,
    ...(at === 'uniform' && { at }),
    ...(extrapolation === 'linear' && { extrapolation }),
    ...(indicator && { indicator }),
  };
}

function categoricalFeature(
  name: string,
  asked: Settings<'categorical'>,
  { minCount: usualCount, maxTextLength }: Job['features'],
): CategoricalFeature {
  const { minCount = usualCount, maxLevels, indicator = false } = asked;
  return {
    name,
    encoding: 'categorical',
    ...(minCount !== 1 && { minCount }),
    ...(maxLevels !== undefined && { maxLevels }),
    ...(maxTextLength !== MAX_TEXT_LENGTH && { maxTextLength }),
    ...(indicator && { indicator }),
  };
}

function targetFeature(
  name: string,
  { smooth = 'auto', scale, minCount }: Settings<'target'>,
  { scale: usualScale, minCount: usualCount, maxTextLength }: Job['features'],
): TargetFeature {
  const [unit, least] = [scale ?? usualScale, minCount ?? usualCount];
  return {
    name,
    encoding: 'target',
    ...(smooth !== 'auto' && { smooth }),
    ...(unit !== 'standard' && { scale: unit }),
    ...(least !== 1 && { minCount: least }),
    ...(maxTextLength !== MAX_TEXT_LENGTH && { maxTextLength }),
  };
}

function dateFeature(
  name: string,
  type: ColumnType,
  asked: Settings<'date'>,
  { scale, indicator: usualIndicator }: Job['features'],
): DateFeature {
  const unit = type === 'date' ? 'day' : 'second';
  const {
    parts = unit === 'day' ? DAY_PARTS : [...DAY_PARTS, 'hour'],
    cyclic = true,
    indicator = usualIndicator,
  } = asked;
  return {
    name,
    encoding: 'date',
    unit,
    parts,
    cyclic,
    ...(scale !== 'standard' && { scale }),
    ...(indicator && { indicator }),
  };
}
