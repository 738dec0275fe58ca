import { dense, denseMatrix } from '../../core/algebra/dense.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { Encoder } from '../../core/integration/encoder.js';
import { encode } from '../../core/integration/encode.js';
import { modelSchema } from '../../core/job/model-schema.js';
import type { ModelSpec, ModelType } from '../../core/job/schema.js';
import { scoresOf } from '../../core/models/family.js';
import { ownNumbers, ownParameters } from '../../core/models/manifest.js';
import type { ModelManifest } from '../../core/models/model.js';
import { partBundle, readPart } from '../../core/models/model-part.js';
import { trainedBy, familyOf } from '../../core/models/programs.js';
import { runLocally } from '../../core/training/local-runner.js';
import { canonicalJson } from '../../core/json.js';
import { z } from 'zod';

/** All types of models that a job can name. */
export const MODEL_TYPES: readonly ModelType[] = modelSchema.options.map(({ shape }) => shape.type.value);

/** What a type needs besides its defaults. */
const SETTINGS: Partial<Record<ModelType, object>> = {
  'k-means': { clusters: 2 },
  'gaussian-mixture': { components: 2 },
  nmf: { rank: 2 },
  'huber-regression': { delta: 0.5 },
  'quantile-regression': { quantile: 0.3 },
  'neural-network': { output: 'sigmoid', hidden: [4, 3], epochs: 2, batchNormalization: true },
};

/** The settings of a model of the type that is trained in no time. */
export function smallSpec(type: ModelType, others: object = {}): ModelSpec {
  return modelSchema.parse({ type, ...SETTINGS[type], ...others });
}

/** Labels of another kind than 0 and 1. */
const LABELS: Partial<Record<ModelType, (row: number) => number>> = {
  'softmax-regression': (row) => row % 3,
  'gamma-regression': (row) => 1 + (row % 4),
};
const CLASSES = ['', 'a', 'é'];
const COLUMNS = 3;

/** Numbers that are encoded as they are, nowhere negative. */
const encoder: Encoder = {
  numeric: Array.from({ length: COLUMNS }, (_, at) => ({
    ...{ kind: 'numeric', column: `x${at}`, center: 0, scale: 1 },
  })),
  categorical: [],
};

/** A model of the type, trained on some numbers in 0 … 1 and stored as a training stores it. */
export async function trainedModel(
  stores: Stores,
  type: ModelType,
  cells: readonly number[],
): Promise<ModelManifest> {
  const spec = smallSpec(type);
  const rows = Math.floor(cells.length / COLUMNS);
  const data = Float64Array.from(cells.slice(0, rows * COLUMNS));
  const classes = type === 'softmax-regression' ? CLASSES : undefined;
  const { parameters, own, network } = runLocally({
    table: denseMatrix(dense(rows, COLUMNS, data)),
    names: encoder.numeric.map(({ column }) => column),
    labels: Float64Array.from({ length: rows }, (_, row) => (LABELS[type] ?? ((at) => at % 2))(row)),
    ...(classes && { classes }),
    spec,
    rounds: 20,
    onProgress: () => undefined,
  });
  const part = await stores.put(
    'exchange',
    'model',
    partBundle({ party: 'shop.orders', encoder, theta: parameters }),
  );
  return {
    type,
    ...ownNumbers([...own]),
    parts: { 'shop.orders': part },
    ...(network && { network: await stores.put('exchange', 'model', network) }),
    ...(classes && { classes: await stores.put('exchange', 'model', { json: { classes }, tensors: {} }) }),
    ...(trainedBy(spec).solve && { solver: 'gram' }),
  };
}

/** All that a stored model predicts of rows, to the bit. */
export async function predictionBits(
  stores: Stores,
  manifest: ModelManifest,
  cells: readonly number[],
): Promise<string> {
  const rows = Math.floor(cells.length / COLUMNS);
  const columns = Array.from({ length: COLUMNS }, (_, at) => cells.filter((_one, i) => i % COLUMNS === at));
  const numeric = new Map(columns.map((column, at) => [`x${at}`, Float64Array.from(column.slice(0, rows))]));
  const [part] = Object.values(manifest.parts);
  if (!part) throw new Error('a model has a part');
  const { theta, encoder: learned } = readPart(await stores.get(part));
  const family = familyOf(manifest.type);
  const own = ownParameters(manifest);
  const scores = scoresOf(family, encode({ rows, numeric, categorical: new Map() }, learned), theta);
  const { classes, network } = manifest;
  const names = classes && z.object({ classes: z.array(z.string()) }).parse((await stores.get(classes)).json);
  const predicted = family.predict(scores, own, {
    ...(names && names),
    ...(network && { network: await stores.get(network) }),
  });
  return canonicalJson(
    [...predicted].map(([name, values]) => [name, Buffer.from(values.buffer).toString('hex')]),
  );
}
