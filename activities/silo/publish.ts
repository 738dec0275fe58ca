import { AmalurError } from '../../core/errors.js';
import { featureBundle, linkBundle } from '../../core/exchange/table-bundle.js';
import { readAs } from '../../core/integration/encode.js';
import { keyTokens } from '../../core/integration/key-tokens.js';
import { labelsOf } from '../../core/integration/label.js';
import { requireVersion } from '../../core/sources/index.js';
import type { ReadRequest, TableData, TableSource } from '../../core/sources/source.js';
import type { PartyLink, PublishedParty, SiloOperations } from '../../workflows/contracts/operations.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';
import { channelSecret } from './channel.js';

/**
 * Reads the silo's parties from their sources, once for a run: feature columns are put where they are wanted (they stay
 * in the private store unless rows are to leave), key tokens, labels and split go to the site where rows are matched.
 */
export function publishOperation(context: SiteContext): Pick<SiloOperations, 'publish'> {
  return {
    publish: (input) =>
      context.journal.once('publish', input.execution, input, () =>
        measured(context, async ({ stores, join }) => {
          const { execution, links, site, what, channel } = input;
          const secret = channel && (await channelSecret(context, execution, channel.sealed));
          const toSite = homeBetween(context.site, site);
          const featureHome = what === 'rows' ? toSite : privateHome(context.site);
          const parties: Record<string, PublishedParty> = {};
          for (const link of links) {
            const source = sourceOf(context, link);
            context.report({ reading: link.party.table });
            const data = await join(async () => {
              await requireVersion(source, link.party.version);
              return source.read(readRequest(link));
            });
            const published = {
              rows: data.rows,
              keys: new Map(
                [...data.keys].map(([name, dictionary]) => [name, keyTokens(dictionary, secret)]),
              ),
              identity: pick(data.categorical, link.base?.identify ?? []),
              ...labelled(link, data),
              ...(data.position && { position: data.position }),
            };
            parties[link.party.id] = {
              rows: data.rows,
              features: await stores.put(featureHome, 'features', featureBundle(featuresOf(link, data))),
              link: await stores.put(toSite, 'link', linkBundle(published)),
            };
          }
          return { parties };
        }),
      ),
  };
}

function sourceOf({ sources, site }: SiteContext, { party }: PartyLink): TableSource {
  const source = sources.get(party.table);
  if (source) return source;
  throw new AmalurError('AMALUR_SOURCE_MISSING', `${site} does not serve the table ${party.table}`, {
    suggestion: 'restart the silo worker with the configuration that has this table',
  });
}

function readRequest({ party, keys, base }: PartyLink): ReadRequest {
  const named = (form: 'numeric' | 'categorical') =>
    party.features.filter((feature) => readAs(feature) === form).map(({ name }) => name);
  const label = base?.label;
  return {
    numeric: unique([...named('numeric'), ...(label && label.equals === undefined ? [label.column] : [])]),
    categorical: unique([
      ...named('categorical'),
      ...(label?.equals === undefined ? [] : [label.column]),
      ...(base?.identify ?? []),
    ]),
    keys,
    ...(base?.position && { position: base.position }),
  };
}

function labelled({ base }: PartyLink, data: TableData): { labels?: Float64Array } {
  const label = base?.label;
  if (!label) return {};
  const values =
    label.equals === undefined ? data.numeric.get(label.column) : data.categorical.get(label.column);
  if (!values) throw new Error('the label was not read');
  return { labels: labelsOf(label, values) };
}

function featuresOf({ party }: PartyLink, data: TableData) {
  const names = party.features.map(({ name }) => name);
  return { rows: data.rows, numeric: pick(data.numeric, names), categorical: pick(data.categorical, names) };
}

function pick<T>(columns: ReadonlyMap<string, T>, names: readonly string[]): Map<string, T> {
  return new Map([...columns].filter(([name]) => names.includes(name)));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
