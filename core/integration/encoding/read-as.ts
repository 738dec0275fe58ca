import type { FeatureColumn } from '../../job/resolved.js';

/** How a feature's column is read from its source: as numbers (dates as days, timestamps as seconds since 1970) or as texts. */
export function readAs({ encoding }: Pick<FeatureColumn, 'encoding'>): 'numeric' | 'categorical' {
  return encoding === 'numeric' || encoding === 'date' ? 'numeric' : 'categorical';
}
