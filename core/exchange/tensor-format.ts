import { AmalurError } from '../errors.js';
import { canonicalJson, type Json } from '../json.js';
import type { Bundle, Tensor, TypedArray } from './bundle.js';

/** Name under which safetensors keeps what is not a tensor. */
const METADATA = '__metadata__';

type Dtype = 'F64' | 'F32' | 'I32' | 'U8';

const ARRAYS = { F64: Float64Array, F32: Float32Array, I32: Int32Array, U8: Uint8Array } as const;

/** Bytes are aligned for every dtype: the header ends at a multiple of 8, and wider dtypes come first. */
const ALIGNMENT = 8;

/**
 * A bundle as a safetensors file: header length (8 bytes, little-endian), header (JSON, padded with spaces), data.
 * Tensors are ordered by width of their dtype, then by name; the bundle's JSON is `__metadata__.json` as canonical text.
 * Equal bundles give equal bytes. The format is that of safetensors, whose readers may limit the length of a header.
 */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const header: [string, unknown][] = [[METADATA, { json: canonicalJson(bundle.json) }]];
  const parts: TypedArray[] = [];
  let size = 0;
  for (const [name, tensor] of Object.entries(bundle.tensors).sort(compareTensors)) {
    if (name === METADATA) throw new TypeError(`a tensor cannot be called ${METADATA}`);
    checkShape(name, tensor);
    const end = size + tensor.data.byteLength;
    header.push([name, { dtype: dtypeOf(tensor.data), shape: [...tensor.shape], data_offsets: [size, end] }]);
    parts.push(tensor.data);
    size = end;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(header)), 'utf8');
  const headerLength = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(ALIGNMENT + headerLength + size);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, ALIGNMENT, ALIGNMENT + headerLength).set(text, ALIGNMENT);
  let offset = ALIGNMENT + headerLength;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), offset);
    offset += part.byteLength;
  }
  return bytes;
}

/**
 * Reads what `encodeBundle` or another safetensors writer made. Tensors are views of `bytes` where these are aligned,
 * copies where not. Anything that is not a well-formed file of the four dtypes throws AMALUR_BLOB_CORRUPT.
 */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const { header, data } = readHeader(bytes);
  const tensors: [string, Tensor][] = [];
  let json: Json = null;
  let expected = 0;
  for (const [name, entry] of entriesOf(header)) {
    if (name === METADATA) {
      json = readMetadata(entry);
      continue;
    }
    const { dtype, shape, begin, end } = readEntry(name, entry);
    const length = shape.reduce((product, extent) => product * extent, 1);
    const width = ARRAYS[dtype].BYTES_PER_ELEMENT;
    // Safetensors allows no holes and no overlaps, so that nothing can hide between tensors.
    if (begin !== expected || end - begin !== length * width || end > data.byteLength) {
      throw corrupt(`tensor ${name} does not lie where its shape says`);
    }
    expected = end;
    tensors.push([name, { shape, data: viewOf(dtype, data.subarray(begin, end), length) }]);
  }
  if (expected !== data.byteLength) throw corrupt('bytes are left over after the last tensor');
  return { json, tensors: Object.fromEntries(tensors) };
}

function compareTensors([a, { data: x }]: [string, Tensor], [b, { data: y }]: [string, Tensor]): number {
  return y.BYTES_PER_ELEMENT - x.BYTES_PER_ELEMENT || (a < b ? -1 : a > b ? 1 : 0);
}

function dtypeOf(data: TypedArray): Dtype {
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof Float32Array) return 'F32';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

function checkShape(name: string, { shape, data }: Tensor): void {
  const length = shape.reduce((product, extent) => product * extent, 1);
  if (!shape.every(isCount) || length !== data.length) {
    throw new TypeError(`tensor ${name} has ${data.length} elements, its shape is [${shape.join(', ')}]`);
  }
}

function viewOf(dtype: Dtype, bytes: Uint8Array, length: number): TypedArray {
  const ArrayType = ARRAYS[dtype];
  const aligned = bytes.byteOffset % ArrayType.BYTES_PER_ELEMENT === 0 ? bytes : Uint8Array.from(bytes);
  return new ArrayType(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
}

function readHeader(bytes: Uint8Array): { header: object; data: Uint8Array } {
  if (bytes.byteLength < ALIGNMENT) throw corrupt('it is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.byteLength - ALIGNMENT) throw corrupt('it is shorter than its header');
  let header: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.subarray(ALIGNMENT, ALIGNMENT + length),
    );
    header = JSON.parse(text);
  } catch {
    throw corrupt('its header is not JSON');
  }
  if (!isObject(header)) throw corrupt('its header is not an object');
  return { header, data: bytes.subarray(ALIGNMENT + length) };
}

/** Entries of the header in the order of their data: JSON.parse moves names that look like numbers to the front. */
function entriesOf(header: object): [string, unknown][] {
  const begin = ([name, entry]: [string, unknown]) => (name === METADATA ? -1 : readEntry(name, entry).begin);
  const end = ([name, entry]: [string, unknown]) => (name === METADATA ? -1 : readEntry(name, entry).end);
  return Object.entries(header).sort((a, b) => begin(a) - begin(b) || end(a) - end(b));
}

function readEntry(
  name: string,
  entry: unknown,
): { dtype: Dtype; shape: number[]; begin: number; end: number } {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? (entry as Record<string, unknown>) : {};
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype))
    throw corrupt(`tensor ${name} has no known dtype`);
  if (!Array.isArray(shape) || !shape.every(isCount)) throw corrupt(`tensor ${name} has no shape`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (!isCount(begin) || !isCount(end)) throw corrupt(`tensor ${name} has no offsets`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

function readMetadata(entry: unknown): Json {
  const text = isObject(entry) && 'json' in entry ? entry.json : undefined;
  if (text === undefined) return null;
  try {
    if (typeof text !== 'string') throw new TypeError('metadata of safetensors are texts');
    return JSON.parse(text) as Json;
  } catch {
    throw corrupt('its metadata are not JSON');
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function corrupt(reason: string): AmalurError {
  return new AmalurError('AMALUR_BLOB_CORRUPT', `a blob is not a bundle of tensors: ${reason}`);
}
