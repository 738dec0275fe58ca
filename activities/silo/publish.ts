import { AmalurError } from '../../core/errors.js';
import { featureBundle, linkBundle, type LinkData } from '../../core/exchange/table-bundle.js';
import { readAs, type FeatureData } from '../../core/integration/encode.js';
import { targetFolds, targetPositions } from '../../core/integration/encoding/cross-fit.js';
import { keyTokens, type KeyTokens } from '../../core/integration/key-tokens.js';
import { classLabelsOf, labelsOf } from '../../core/integration/label.js';
import { heldOut } from '../../core/integration/split.js';
import { blockAt, positionsFor } from '../../core/validation/folds.js';
import { readVersion } from '../../core/sources/index.js';
import { plainKey, type KeyColumn } from '../../core/sources/key-column.js';
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
            const data = await join(() => readVersion(source, link.party.version, readRequest(link)));
            const published = {
              rows: data.rows,
              keys: tokensOf(data.keys, JOIN, secret),
              cells: tokensOf(data.keys, CELL, secret),
              identity: pick(data.categorical, link.identify ?? []),
              ...labelled(link, data),
              ...weighted(link, data),
              ...offset(link, data),
              ...(link.split && data.position && { heldOut: heldOut(data.position, link.split.test) }),
              ...aged(link, data),
              ...folded(link, data),
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

/** Keys of joins and single cells are hashed alike; these prefixes tell them apart in one request. */
const JOIN = 'join ';
const CELL = 'cell ';

function tokensOf(
  keys: TableData['keys'],
  kind: string,
  secret: Uint8Array | undefined,
): Map<string, KeyTokens> {
  return new Map(
    [...keys]
      .filter(([name]) => name.startsWith(kind))
      .map(([name, dictionary]) => [name.slice(kind.length), keyTokens(dictionary, secret)]),
  );
}

function readRequest(link: PartyLink): ReadRequest {
  const { party, keys, cells, label, weight, identify, split, fold, age } = link;
  const named = (form: 'numeric' | 'categorical') =>
    party.features.filter((feature) => readAs(feature) === form).map(({ name }) => name);
  const time = fold && 'time' in fold ? fold.time : undefined;
  const asNumber = label !== undefined && !asCategory(label);
  return {
    numeric: unique([
      ...named('numeric'),
      ...(asNumber ? [label.column] : []),
      ...[weight, link.offset, age, time].filter((name) => name !== undefined),
    ]),
    categorical: unique([
      ...named('categorical'),
      ...(label === undefined || asNumber ? [] : [label.column]),
      ...(identify ?? []),
    ]),
    keys: {
      ...prefixed(JOIN, Object.entries(keys)),
      ...prefixed(
        CELL,
        Object.entries(cells).map(([target, column]) => [target, [plainKey(column)]]),
      ),
    },
    ...(split && { position: { columns: split.columns, seed: split.seed } }),
    ...(fold && 'columns' in fold && { fold: positionsFor(fold.columns, fold.seed) }),
    // No job has both (core/job/check-target-encoding.ts).
    ...(link.target && { fold: targetPositions(link.target.columns, link.target.seed) }),
  };
}

function prefixed(
  kind: string,
  keys: readonly (readonly [string, readonly KeyColumn[]])[],
): ReadRequest['keys'] {
  return Object.fromEntries(keys.map(([name, key]) => [kind + name, key]));
}

/** Whether a label is read as a category, not as a number. */
function asCategory({ equals, classes = false }: NonNullable<PartyLink['label']>): boolean {
  return classes || equals !== undefined;
}

function labelled({ label }: PartyLink, data: TableData): Pick<LinkData, 'labels' | 'classes'> {
  if (!label) return {};
  const values = asCategory(label) ? data.categorical.get(label.column) : data.numeric.get(label.column);
  if (!values) throw new Error('the label was not read');
  return label.classes === true && !(values instanceof Float64Array)
    ? classLabelsOf(values)
    : { labels: labelsOf(label, values) };
}

/** Throws AMALUR_WRONG_TYPE for weights that are NULL or negative. */
function weighted({ party, weight }: PartyLink, data: TableData): { weights?: Float64Array } {
  const weights = weight === undefined ? undefined : data.numeric.get(weight);
  if (!weights) return {};
  const wrong = weights.reduce((count, value) => count + (value >= 0 ? 0 : 1), 0);
  if (wrong === 0) return { weights };
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${party.id}: the weight is NULL or negative in ${String(wrong)} rows`,
    { field: 'target.weight', suggestion: 'compute a column that is 0 or more in every row' },
  );
}

/** Throws AMALUR_WRONG_TYPE for offsets that are NULL or no finite number. */
function offset({ party, offset: column }: PartyLink, data: TableData): { offsets?: Float64Array } {
  const offsets = column === undefined ? undefined : data.numeric.get(column);
  if (!offsets) return {};
  const wrong = offsets.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (wrong === 0) return { offsets };
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${party.id}: the offset is NULL or no finite number in ${String(wrong)} rows`,
    {
      field: 'target.offset',
      suggestion:
        'compute a column that has a number in every row; the logarithm of an exposure of 0 is none',
    },
  );
}

function aged({ age }: PartyLink, data: TableData): { age?: Float64Array } {
  const values = age === undefined ? undefined : data.numeric.get(age);
  return values ? { age: values } : {};
}

/** Block of each row, or its time. */
function folded({ fold }: PartyLink, data: TableData): { blocks?: Float64Array } {
  if (fold === undefined) return {};
  if ('time' in fold) {
    const times = data.numeric.get(fold.time);
    return times ? { blocks: times } : {};
  }
  return data.fold ? { blocks: blockAt(data.fold, fold.blocks) } : {};
}

function featuresOf(link: PartyLink, data: TableData): FeatureData {
  const names = link.party.features.map(({ name }) => name);
  return {
    ...{ rows: data.rows, numeric: pick(data.numeric, names), categorical: pick(data.categorical, names) },
    ...targetsOf(link, data),
  };
}

/** What columns are encoded by: it is where these are. */
function targetsOf(link: PartyLink, data: TableData): Pick<FeatureData, 'targets'> {
  const { labels } = labelled(link, data);
  if (!link.target || !labels || !data.fold) return {};
  return { targets: { labels, folds: targetFolds(data.fold), ...weighted(link, data) } };
}

function pick<T>(columns: ReadonlyMap<string, T>, names: readonly string[]): Map<string, T> {
  return new Map([...columns].filter(([name]) => names.includes(name)));
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
