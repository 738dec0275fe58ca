import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { SiteContext } from '../activities/compute/site.js';
import type { AmalurConfig } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { createStores, openStore } from '../core/exchange/index.js';
import { openSource, type TableSource } from '../core/sources/index.js';
import { didYouMean } from '../core/suggest.js';
import type { Site } from '../core/planner/plan.js';
import { siteOf } from '../workflows/contracts/task-queues.js';
import { duckdbExtensionFolder } from './toolchain.js';

export type OpenedSite = Pick<SiteContext, 'site' | 'stores' | 'sources' | 'predictions'> & {
  /** Threads of its arithmetic: those of the configuration, as far as this host has cores. */
  readonly threads: number;
};

/**
 * The stores and tables of one site of an installation: the aggregator worker's, or a silo's.
 * @throws AMALUR_UNKNOWN_SILO if the configuration has no such silo
 */
export function openSite(config: AmalurConfig, silo: string | undefined): OpenedSite {
  const found = config.silos.find(({ name }) => name === silo);
  if (silo !== undefined && !found) {
    const suggestion = didYouMean(
      silo,
      config.silos.map(({ name }) => name),
    );
    throw new AmalurError('AMALUR_UNKNOWN_SILO', `${config.file} has no silo ${silo}`, {
      field: 'silos',
      ...(suggestion && { suggestion }),
    });
  }
  const site: Site = silo === undefined ? 'aggregator' : siteOf(silo);
  const store = found?.store ?? path.join(config.stateFolder, 'aggregator');
  return {
    site,
    stores: createStores({
      exchange: openStore(config.exchange, config.s3),
      site: { name: site, store: openStore(store, config.s3) },
    }),
    sources: openSources(found),
    predictions: config.predictions,
    threads: Math.min((found ?? config).threads, availableParallelism()),
  };
}

function openSources(silo: AmalurConfig['silos'][number] | undefined): Map<string, TableSource> {
  const tables = silo?.tables ?? [];
  // Only databases need DuckDB's extensions: an installation of files runs without them.
  const databases = tables.some(({ location }) => location.kind === 'sqlite' || location.kind === 'postgres');
  const options = databases ? { extensionFolder: duckdbExtensionFolder() } : {};
  return new Map(
    tables.map((definition) => {
      const field = `silos.${silo?.name ?? ''}.tables.${definition.name}`;
      return [definition.name, openSource(definition, { ...options, field })];
    }),
  );
}
