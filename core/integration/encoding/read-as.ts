import type { FeatureColumn } from '../../job/resolved.js';

const TEXTS: readonly FeatureColumn['encoding'][] = ['categorical', 'hash', 'target'];

/** How a feature's column is read from its source: as numbers (dates as days, timestamps as seconds since 1970) or as texts. */
export function readAs({ encoding }: Pick<FeatureColumn, 'encoding'>): 'numeric' | 'categorical' {
  return TEXTS.includes(encoding) ? 'categorical' : 'numeric';
}
