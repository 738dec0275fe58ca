import { z } from 'zod';
import type { FeatureData } from '../integration/encode.js';
import { TOKEN_BYTES, type KeyTokens } from '../integration/key-tokens.js';
import type { Dictionary } from '../sources/source.js';
import type { Bundle, Tensor } from './bundle.js';

const featuresJson = z.object({ rows: z.int(), levels: z.record(z.string(), z.array(z.string())) });

/**
 * Feature columns of a source table: tensors `numeric.<column>`, and `codes.<column>` with the levels in JSON; where columns are encoded
 * by labels `target.labels`, `target.weights` and `target.folds`.
 */
export function featureBundle({ rows, numeric, categorical, targets }: Omit<FeatureData, 'fitted'>): Bundle {
  return {
    json: { rows, levels: Object.fromEntries([...categorical].map(([name, { values }]) => [name, values])) },
    tensors: {
      ...prefixed('numeric.', numeric),
      ...prefixed('codes.', new Map([...categorical].map(([name, { codes }]) => [name, codes]))),
      ...(targets && prefixed('target.', new Map(Object.entries<Tensor['data']>({ ...targets })))),
    },
  };
}

export function readFeatures({ json, tensors }: Bundle): FeatureData {
  const { rows, levels } = featuresJson.parse(json);
  const numeric = unprefixed(tensors, 'numeric.', Float64Array);
  const codes = unprefixed(tensors, 'codes.', Int32Array);
  const categorical = new Map<string, Dictionary>();
  for (const [name, values] of Object.entries(levels)) {
    const found = codes.get(name);
    if (found) categorical.set(name, { codes: found, values });
  }
  const targets = readTargets(tensors);
  return { rows, numeric, categorical, ...(targets && { targets }) };
}

function readTargets(tensors: Bundle['tensors']): FeatureData['targets'] {
  const labels = tensors['target.labels']?.data;
  const weights = tensors['target.weights']?.data;
  const folds = tensors['target.folds']?.data;
  if (!(labels instanceof Float64Array) || !(folds instanceof Uint8Array)) return undefined;
  return { labels, folds, ...(weights instanceof Float64Array && { weights }) };
}

/** What a party publishes for rows to be matched, and of the base party what defines the target rows. */
export interface LinkData {
  readonly rows: number;
  /** By the party of the join that they are for. */
  readonly keys: ReadonlyMap<string, KeyTokens>;
  /** Cells that other tables may have as well, by target column: tokens tell whether two agree. */
  readonly cells: ReadonlyMap<string, KeyTokens>;
  readonly labels?: Float64Array;
  /** Names of the classes whose codes the labels are, where a model learns many. */
  readonly classes?: readonly string[];
  readonly weights?: Float64Array;
  readonly offsets?: Float64Array;
  /** 1 for a row that is held out for testing. */
  readonly heldOut?: Uint8Array;
  /** How new each row is. */
  readonly age?: Float64Array;
  /** Block of rows that each is in, for cross-validation; or its time, NaN for unknown. */
  readonly blocks?: Float64Array;
  /** Columns that name a row in a result. */
  readonly identity: ReadonlyMap<string, Dictionary>;
}

const linkJson = z.object({
  rows: z.int(),
  classes: z.array(z.string()).optional(),
  identity: z.record(z.string(), z.array(z.string())),
});

export function linkBundle(link: LinkData): Bundle {
  const { rows, keys, cells, labels, classes, weights, offsets, heldOut, age, blocks, identity } = link;
  return {
    json: {
      rows,
      ...(classes && { classes }),
      identity: Object.fromEntries([...identity].map(([name, { values }]) => [name, values])),
    },
    tensors: {
      ...tokenTensors('key', keys),
      ...tokenTensors('cell', cells),
      ...prefixed('identity.', new Map([...identity].map(([name, { codes }]) => [name, codes]))),
      ...(labels && { labels: { shape: [labels.length], data: labels } }),
      ...(weights && { weights: { shape: [weights.length], data: weights } }),
      ...(offsets && { offsets: { shape: [offsets.length], data: offsets } }),
      ...(heldOut && { heldOut: { shape: [heldOut.length], data: heldOut } }),
      ...(age && { age: { shape: [age.length], data: age } }),
      ...(blocks && { blocks: { shape: [blocks.length], data: blocks } }),
    },
  };
}

export function readLink({ json, tensors }: Bundle): LinkData {
  const { rows, classes, identity } = linkJson.parse(json);
  const identityCodes = unprefixed(tensors, 'identity.', Int32Array);
  const labels = tensors.labels?.data;
  const heldOut = tensors.heldOut?.data;
  const age = tensors.age?.data;
  const weights = tensors.weights?.data;
  const blocks = tensors.blocks?.data;
  const offsets = tensors.offsets?.data;
  return {
    rows,
    keys: readTokens('key', tensors),
    cells: readTokens('cell', tensors),
    ...(labels instanceof Float64Array && { labels }),
    ...(classes && { classes }),
    ...(weights instanceof Float64Array && { weights }),
    ...(offsets instanceof Float64Array && { offsets }),
    ...(heldOut instanceof Uint8Array && { heldOut }),
    ...(age instanceof Float64Array && { age }),
    ...(blocks instanceof Float64Array && { blocks }),
    identity: new Map(
      Object.entries(identity).map(([name, values]) => [
        name,
        { codes: identityCodes.get(name) ?? new Int32Array(0), values },
      ]),
    ),
  };
}

/** Tensors `<kind>.codes.<name>` and `<kind>.tokens.<name>`. */
function tokenTensors(kind: string, tokens: ReadonlyMap<string, KeyTokens>): Record<string, Tensor> {
  const parts = [...tokens];
  return {
    ...prefixed(`${kind}.codes.`, new Map(parts.map(([name, { codes }]) => [name, codes]))),
    ...prefixed(`${kind}.tokens.`, new Map(parts.map(([name, one]) => [name, one.tokens])), TOKEN_BYTES),
  };
}

function readTokens(kind: string, tensors: Bundle['tensors']): Map<string, KeyTokens> {
  const tokens = unprefixed(tensors, `${kind}.tokens.`, Uint8Array);
  const codes = unprefixed(tensors, `${kind}.codes.`, Int32Array);
  return new Map(
    [...codes].map(([name, of]) => [name, { codes: of, tokens: tokens.get(name) ?? new Uint8Array(0) }]),
  );
}

function prefixed(
  prefix: string,
  arrays: ReadonlyMap<string, Tensor['data']>,
  width = 1,
): Record<string, Tensor> {
  return Object.fromEntries(
    [...arrays].map(([name, data]) => [
      prefix + name,
      { shape: width === 1 ? [data.length] : [data.length / width, width], data },
    ]),
  );
}

function unprefixed<T extends Tensor['data']>(
  tensors: Bundle['tensors'],
  prefix: string,
  kind: abstract new (...args: never[]) => T,
): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, { data }] of Object.entries(tensors)) {
    if (name.startsWith(prefix) && data instanceof kind) found.set(name.slice(prefix.length), data);
  }
  return found;
}
