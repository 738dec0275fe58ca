import { log, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { entryOf } from '../core/entry-of.js';
import { AmalurError } from '../core/errors.js';
import type { BlobRef } from '../core/exchange/store.js';
import type { Party, ResolvedJob } from '../core/job/resolved.js';
import type { Site } from '../core/planner/plan.js';
import type { ModelVersionRecord } from '../catalog/catalog.js';
import { catalog, siloAt } from './activity-proxies.js';
import { withVersionsOfNow } from './check-silos.js';
import type { PreparedScoring, ScoringRequest, ScoringResult } from './contracts/serving.js';
import { siteOf } from './contracts/task-queues.js';
import { coded, endOf } from './failures.js';
import { linksOf } from './party-link.js';
import { baseSilo, sharesOf, silosOf } from './publish.js';
import { isFederated, keysNeedSecret } from './score-rows.js';
import { sealSecret } from './seal-secret.js';
import { followSilos } from './silo-presence.js';

/** Within the patience of the server that asks, so that it hears which silo is away. */
const LOST_SECONDS = 20;

/**
 * Lets every silo score the rows of its tables, but for the base table, and hash their keys, so that a row of the base table can be scored
 * from its keys alone. Nothing is read of the base table.
 */
export async function prepareScoring(request: ScoringRequest): Promise<ScoringResult> {
  try {
    // A server asks again; nobody is helped by one question that stays open for hours.
    followSilos({ onSiloLost: { policy: 'fail', after: LOST_SECONDS } });
    const { model, columns, trainedBy } = await catalog.findServed(request);
    const site = siteOfScorer(model, request.silo);
    const [base, ...others] = model.resolved.parties;
    if (base === undefined) throw new Error('a target table has a base');
    // What has changed since the training, but not since the last preparation, is profiled already.
    const known = request.since?.versions ?? {};
    const asked = others.map((party) => ({ ...party, version: known[party.id] ?? party.version }));
    const { resolved } = await withVersionsOfNow(model.resolved, asked);
    const versions = Object.fromEntries(
      resolved.parties.filter(({ id }) => id !== base.id).map(({ id, version }) => [id, version]),
    );
    const name = `${model.name}@${model.version}`;
    const { since } = request;
    if (since?.model === name && same(since.versions, versions) && same(since.columns, columns))
      return { prepared: null };

    const execution = since?.execution ?? workflowInfo().runId;
    const { type, intercept, own, classes, network, parts } = model.manifest;
    const prepared = await prepareSilos({ execution, resolved }, model, site, base);
    setCurrentDetails(`${name}, ${others.length} tables`);
    log.info('prepared', { execution });
    const ofBase = sharesOf(resolved).filter(({ party }) => party === base.id);
    return {
      prepared: {
        ...{ execution, versions, model: name, name: model.name, version: model.version, trainedBy, site },
        manifest: {
          ...{ type, intercept, ...(own && { own }) },
          ...{ ...(classes && { classes }), ...(network && { network }) },
        },
        ...{ base: base.id, columns, joins: resolved.joins, groups: resolved.groups },
        offsets: resolved.offsets ?? [],
        parts: Object.fromEntries(ofBase.map(({ id }) => [id, entryOf(parts, id)])),
        ...prepared,
      },
    };
  } catch (error) {
    throw endOf(error instanceof AmalurError ? coded(error) : error);
  }
}

type Preparation = Pick<PreparedScoring, 'links' | 'scores' | 'secret'>;

async function prepareSilos(
  run: { readonly execution: string; readonly resolved: ResolvedJob },
  model: ModelVersionRecord,
  site: Site,
  base: Party,
): Promise<Preparation> {
  const { execution, resolved } = run;
  const sealed = keysNeedSecret(model) ? await sealSecret(run) : undefined;
  const own = siteOf(base.silo);
  const kept = sealed && (await siloAt(own, `${base.silo} keeps the secret`).keepSecret({ execution }));
  const given = await Promise.all(
    silosOf(resolved).map((silo) => prepareSilo(run, model, site, base, silo, sealed)),
  );
  return {
    links: Object.assign({}, ...given.map(({ links }) => links)) as Record<string, BlobRef>,
    scores: Object.assign({}, ...given.map(({ scores }) => scores)) as Record<string, BlobRef>,
    ...(kept && { secret: kept.secret }),
  };
}

/** A silo reads its tables and scores their rows: both again only if a table has another version than before. */
async function prepareSilo(
  { execution, resolved }: { readonly execution: string; readonly resolved: ResolvedJob },
  { manifest }: ModelVersionRecord,
  site: Site,
  base: Party,
  silo: string,
  sealed: Readonly<Record<string, string>> | undefined,
): Promise<Pick<Preparation, 'links' | 'scores'>> {
  const secret = sealed !== undefined;
  const options = { site, purpose: 'inference', compared: false, secret } as const;
  const links = linksOf({ resolved }, silo, options)
    .filter(({ party }) => party.id !== base.id)
    // What names a row in a file is not wanted.
    .map(({ identify: _named, ...link }) => link);
  if (links.length === 0) return { links: {}, scores: {} };
  const at = siteOf(silo);
  const sealedFor = sealed?.[silo];
  const { parties } = await siloAt(at, `${silo} reads its tables`).publish({
    ...{ execution, links, site, what: 'keys' },
    ...(secret && { channel: sealedFor === undefined ? {} : { sealed: sealedFor } }),
  });
  const shares = sharesOf(resolved).filter((share) => share.silo === silo && share.party !== base.id);
  const { scores } = await siloAt(at, `${silo} scores its dimension rows`).score({
    ...{ execution, type: manifest.type, site },
    shares: shares.map(({ id, party, columns, sources }) => ({
      ...{ id, columns, sources },
      features: entryOf(parties, party).features,
      part: entryOf(manifest.parts, id),
    })),
  });
  const published = Object.entries(parties).map(([party, { link }]) => [party, link] as const);
  return { links: Object.fromEntries(published), scores };
}

/** Where rows are scored. What may only be known in the silo of the base table is told to nobody else. */
function siteOfScorer(model: ModelVersionRecord, asked: string | undefined): Site {
  const base = baseSilo(model.resolved);
  if (asked === base) return siteOf(base);
  if (asked !== undefined)
    throw refused(`rows are scored in the silo of the base table, which is ${base}`, '--silo', base);
  if (isFederated(model.manifest)) throw refused('its parameters stay in their silos', 'model', base);
  if (keysNeedSecret(model))
    throw refused('its keys are hashed under a secret that only silos know', 'model', base);
  return 'aggregator';
}

function refused(why: string, field: string, silo: string) {
  const suggestion = `serve on the host of that silo: amalur serve MODEL --silo ${silo}`;
  return coded(new AmalurError('AMALUR_NOT_SERVABLE', why, { field, suggestion }));
}

function same(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}
