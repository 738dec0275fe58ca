export { openSource, readVersion } from './open-source.js';
export type { ColumnProfile, ColumnType, TableProfile } from './profile.js';
export type { SourceOptions } from './relation.js';
export type {
  Dictionary,
  ReadRequest,
  TableData,
  TableDefinition,
  TableLocation,
  TableSource,
} from './source.js';
