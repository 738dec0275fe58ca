export type {
  Catalog,
  ModelRepository,
  ModelVersionRecord,
  RunFacts,
  RunRecord,
  RunRepository,
  RunStart,
  RunStatus,
  SiloRecord,
  SiloRepository,
  TableRecord,
  TableRepository,
} from './catalog.js';
export { openCatalog } from './open.js';
