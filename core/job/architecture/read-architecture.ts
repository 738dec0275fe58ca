import { z } from 'zod';
import { AmalurError } from '../../errors.js';
import { isTooDeep, type Json } from '../../json.js';
import { toAmalurError } from '../../parse-with.js';
import { singlePath } from './single-path.js';
import { snakeCase, type Initializer } from './settings.js';
import { isLayerClass, kindOf, LAYER_KINDS, UNSUITABLE, type LayerClass, type Shape } from './layer-kinds.js';

/** A layer as Keras writes it, with every setting that counts and no other. */
export interface LayerSpec {
  readonly class_name: LayerClass;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}

/** The layers of a network, the first of which is dense, and what is known of their sizes. */
export interface Architecture {
  readonly layers: readonly LayerSpec[];
  /** Units of the first layer. */
  readonly units: number;
  /** What a row is after all layers. */
  readonly output: Shape;
  /** Multiplications of the layers above the first for a row. */
  readonly products: number;
}

/** Longest text of an architecture: it travels with the job. */
export const MAX_ARCHITECTURE_LENGTH = 65_536;

const topology = z.looseObject({
  class_name: z.string(),
  config: z.union([z.array(z.unknown()), z.looseObject({ layers: z.array(z.unknown()) })]),
});
const layer = z.looseObject({ class_name: z.string(), config: z.looseObject({}).optional() });

/**
 * Reads a model.json of TensorFlow.js, or its `modelTopology` alone: Sequential, or a Model whose layers are one path. The input's
 * width is not compared with anything: the encoded columns of T take its place.
 * @throws AMALUR_INVALID_NETWORK with what is wrong in which layer
 */
export function readArchitecture(given: unknown): Architecture {
  if (isTooDeep(given))
    throw invalid('it has too many levels in one another', 'give a model.json that tfjs has written');
  if (JSON.stringify(given).length > MAX_ARCHITECTURE_LENGTH)
    throw invalid(
      `it is longer than ${String(MAX_ARCHITECTURE_LENGTH)} characters`,
      'leave out what is no layer: weights are not read',
    );
  const read = topology.safeParse(unwrapped(given));
  if (!read.success)
    throw invalid(
      'it has no "class_name" and "config" with layers',
      'give a model.json that tfjs has written',
    );
  const { class_name: model, config } = read.data;
  const all = (Array.isArray(config) ? config : config.layers).map((one, at) => {
    const found = layer.safeParse(one);
    if (!found.success) throw invalid(`layer ${String(at + 1)} has no "class_name"`);
    return found.data;
  });
  if (model !== 'Sequential' && model !== 'Model' && model !== 'Functional')
    throw invalid(`"${model}" is no kind of model that is known`, 'save a Sequential model');
  const path = model === 'Sequential' ? all : singlePath(all, config);
  const [first, ...above] = path.filter(({ class_name: name }) => name !== 'InputLayer');
  if (first?.class_name !== 'Dense')
    throw invalid(
      first === undefined ? 'it has no layer' : `the first layer is ${first.class_name}`,
      'begin with a Dense layer: it is the one that is split over the parties',
    );
  const layers = [first, ...above].map(({ class_name, config: settings = {} }, at) =>
    readLayer(class_name, settings, at),
  );
  if (layers[0]) checkFirst(layers[0]);
  // So it travels, and is read again.
  if (JSON.stringify(architectureJson(layers)).length > MAX_ARCHITECTURE_LENGTH)
    throw invalid(
      `its ${String(layers.length)} layers with all their settings are longer than ${String(MAX_ARCHITECTURE_LENGTH)} characters`,
      'take fewer layers',
    );
  return { layers, ...sizesOf(layers) };
}

/** The same as a model of tfjs again, in few bytes. */
export function architectureJson(layers: readonly LayerSpec[]): Record<string, Json> {
  // Settings were read out of JSON, though their type does not say so.
  return { class_name: 'Sequential', config: { layers: layers as unknown as Json } };
}

/** Sizes of layers that are known to be sound by themselves. @throws AMALUR_INVALID_NETWORK where one does not fit the one before it */
export function sizesOf(layers: readonly LayerSpec[]): Omit<Architecture, 'layers'> {
  const [first, ...above] = layers;
  const [units = 1] = first ? (kindOf(first.class_name).shape([1], first.config) ?? []) : [];
  let row: Shape = [units];
  let products = 0;
  above.forEach(({ class_name: name, config }, at) => {
    const { shape, products: more } = kindOf(name);
    const next = shape(row, config);
    if (next?.every((length) => length > 0) !== true)
      throw invalid(`layer ${String(at + 2)} (${name}) does not take a row of the shape [${row.join(', ')}]`);
    products += (more?.(row, config) ?? 0) + next.reduce((size, length) => size * length, 1);
    row = next;
  });
  return { units, output: row, products };
}

/** model.json → modelTopology → model_config. */
function unwrapped(given: unknown): unknown {
  const member = (value: unknown, name: string): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    return (value as Record<string, unknown>)[name] ?? value;
  };
  const inner = member(member(given, 'modelTopology'), 'model_config');
  return withSnakeCase(inner);
}

function readLayer(name: string, given: Readonly<Record<string, unknown>>, at: number): LayerSpec {
  const where = `layer ${String(at + 1)}`;
  if (!isLayerClass(name)) {
    throw invalid(
      `${where} is of the class ${name}${Object.hasOwn(UNSUITABLE, name) ? `: ${UNSUITABLE[name] ?? ''}` : ', which cannot be trained here'}`,
      `layers may be ${Object.keys(LAYER_KINDS).join(', ')}`,
    );
  }
  if (at === 0) checkInput(given);
  const read = kindOf(name).config.safeParse(given);
  if (!read.success) {
    const { message } = toAmalurError(read.error, kindOf(name).config, given, 'job');
    throw invalid(`${where} (${name}): ${message}`);
  }
  const settings = Object.entries(read.data).filter(([, value]) => value !== undefined && value !== null);
  // Names may be long, and may repeat.
  return { class_name: name, config: { ...Object.fromEntries(settings), name: String(at) } };
}

/** Each weight of the first layer is drawn by itself: no party has all columns. */
function checkFirst({ config }: LayerSpec): void {
  const { class_name: name } = config['kernel_initializer'] as Initializer;
  if (name === 'Identity' || name === 'Orthogonal')
    throw invalid(
      `the initialiser ${name} of the first layer takes all columns at once, and each party has its own`,
      'begin with glorot_uniform, or another initialiser that draws each weight by itself',
    );
}

/** A row of T is a row of numbers. */
function checkInput(given: Readonly<Record<string, unknown>>): void {
  const shape = given['batch_input_shape'];
  if (Array.isArray(shape) && shape.length !== 2)
    throw invalid(
      `its input has ${String(shape.length)} dimensions`,
      'take rows of numbers: [null, columns]',
    );
}

/** Names of settings as Keras has them, at every depth. */
function withSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [snakeCase(key), withSnakeCase(member)]),
  );
}

export function invalid(message: string, suggestion?: string): AmalurError {
  return new AmalurError('AMALUR_INVALID_NETWORK', `the architecture: ${message}`, {
    field: 'model.architecture',
    ...(suggestion !== undefined && { suggestion }),
  });
}
