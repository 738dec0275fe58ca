import type { HostProfile, Site } from './plan.js';

/** Host of each site, as the catalog knows them. A site may be missing before its worker has started once. */
export type Hosts = Readonly<Partial<Record<Site, HostProfile>>>;

/** Stands in for a host that was never measured: one thread of an ordinary server, with 8 GiB. */
export const TYPICAL_HOST: HostProfile = {
  host: 'typical',
  cpu: 'assumed',
  cores: 2,
  memoryBytes: 8 * 2 ** 30,
  node: 'v20',
  rates: {
    denseMultiplyAdds: 7e8,
    gathers: 5e7,
    scatters: 1e8,
    lossEvaluations: 6e7,
    putBytes: 1.5e8,
    getBytes: 4e8,
    scannedCells: 2e6,
    matchedRows: 2e5,
  },
};

export function hostOf(hosts: Hosts, site: Site): HostProfile {
  return hosts[site] ?? TYPICAL_HOST;
}

export function siteOf(silo: string): Site {
  return `silo.${silo}`;
}

/** How a sentence names a site. */
export function siteName(site: Site): string {
  return site === 'aggregator' ? 'the aggregator' : `silo ${site.slice('silo.'.length)}`;
}
