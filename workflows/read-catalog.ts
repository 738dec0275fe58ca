import { catalog } from './activity-proxies.js';
import type { CatalogAnswer, CatalogQuestion } from './contracts/activities.js';
import { endOf } from './failures.js';

/** Reads the catalog for clients, which have no access to it. */
export async function readCatalog(question: CatalogQuestion): Promise<CatalogAnswer> {
  try {
    return await catalog.answer(question);
  } catch (error) {
    throw endOf(error);
  }
}
