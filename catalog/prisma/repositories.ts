import type { Catalog } from '../catalog.js';
import type { Database } from './database.js';
import { createIntegrationRepository } from './integrations.js';
import { createModelRepository } from './models.js';
import { createRunRepository } from './runs.js';
import { createSiloRepository } from './silos.js';
import { createTableRepository } from './tables.js';

/** The catalog over an open database, which closes with it. */
export function createCatalog(database: Database): Catalog {
  return {
    silos: createSiloRepository(database),
    tables: createTableRepository(database),
    runs: createRunRepository(database),
    models: createModelRepository(database),
    integrations: createIntegrationRepository(database),
    close: () => database.$disconnect(),
  };
}
