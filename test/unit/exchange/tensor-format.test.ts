import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBundle, encodeBundle, type Bundle, type Tensor } from '../../../core/exchange/index.js';

const tensor = fc
  .tuple(
    fc.array(fc.nat(4), { maxLength: 3 }),
    fc.constantFrom(Float64Array, Float32Array, Int32Array, Uint8Array),
    fc.infiniteStream(fc.double()),
  )
  .map(([shape, ArrayType, values]): Tensor => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    return { shape, data: ArrayType.from(values.take(length)) };
  });
const name = fc.string().filter((text) => !text.startsWith('__'));
const bundles: fc.Arbitrary<Bundle> = fc.record({
  json: fc
    .jsonValue({ noUnicodeString: false })
    .map((value) => JSON.parse(JSON.stringify(value)) as Bundle['json']),
  tensors: fc.dictionary(name, tensor, { maxKeys: 6, noNullPrototype: true }),
});

/** A bundle of one tensor of each dtype; widths and offsets are known. */
const sample: Bundle = {
  json: { b: 1, a: 'é' },
  tensors: {
    flags: { shape: [3], data: Uint8Array.of(1, 2, 3) },
    codes: { shape: [1, 2], data: Int32Array.of(-1, 7) },
    theta: { shape: [2], data: Float64Array.of(Math.PI, NaN) },
  },
};

function withHeader(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

describe('tensor format', () => {
  test('what is encoded is decoded, to the bit', () => {
    fc.assert(
      fc.property(bundles, (bundle) => {
        expect(decodeBundle(encodeBundle(bundle))).toEqual(bundle);
      }),
    );
  });

  test('equal bundles give equal bytes, in whatever order they were built', () => {
    fc.assert(
      fc.property(bundles, (bundle) => {
        const reversed = {
          json: bundle.json,
          tensors: Object.fromEntries(Object.entries(bundle.tensors).reverse()),
        };
        expect(encodeBundle(reversed)).toEqual(encodeBundle(bundle));
      }),
    );
  });

  test('bytes are as safetensors says: length, aligned JSON header, data without holes', () => {
    const bytes = Buffer.from(encodeBundle(sample));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header: unknown = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    expect(header).toEqual({
      __metadata__: { json: '{"a":"é","b":1}' },
      theta: { dtype: 'F64', shape: [2], data_offsets: [0, 16] },
      codes: { dtype: 'I32', shape: [1, 2], data_offsets: [16, 24] },
      flags: { dtype: 'U8', shape: [3], data_offsets: [24, 27] },
    });
    expect(bytes.readDoubleLE(8 + length)).toBe(Math.PI);
    expect(bytes.readInt32LE(8 + length + 16)).toBe(-1);
    expect(bytes.length).toBe(8 + length + 27);
  });

  test('aligned tensors are views of the bytes; misaligned bytes decode to the same', () => {
    const bytes = encodeBundle(sample);
    expect(decodeBundle(bytes).tensors['theta']?.data.buffer).toBe(bytes.buffer);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeBundle(shifted.subarray(3))).toEqual(sample);
  });

  test('a file of another writer, with tensors in any order and no metadata, is read', () => {
    const data = Buffer.from(Float32Array.of(0.5, -2).buffer);
    const header = {
      b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
      a: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
    };
    expect(decodeBundle(withHeader(header, data))).toEqual({
      json: null,
      tensors: { a: { shape: [], data: Float32Array.of(0.5) }, b: { shape: [1], data: Float32Array.of(-2) } },
    });
  });

  test.each([
    ['empty', new Uint8Array(0)],
    ['cut in the header', encodeBundle(sample).subarray(0, 40)],
    ['cut in the data', encodeBundle(sample).subarray(0, -1)],
    [
      'longer than its tensors',
      withHeader({ a: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, new Uint8Array(2)),
    ],
    ['header not JSON', withHeader('{"a":')],
    ['header not an object', withHeader([])],
    ['unknown dtype', withHeader({ a: { dtype: 'BF16', shape: [0], data_offsets: [0, 0] } })],
    ['dtype of the prototype', withHeader({ a: { dtype: 'toString', shape: [0], data_offsets: [0, 0] } })],
    ['shape negative', withHeader({ a: { dtype: 'U8', shape: [-1], data_offsets: [0, 0] } })],
    [
      'shape too large',
      withHeader({ a: { dtype: 'F64', shape: [1e15, 1e15], data_offsets: [0, 8] } }, new Uint8Array(8)),
    ],
    ['hole', withHeader({ a: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, new Uint8Array(2))],
    [
      'offsets reversed',
      withHeader({ a: { dtype: 'U8', shape: [1], data_offsets: [1, 0] } }, new Uint8Array(1)),
    ],
    ['metadata not JSON', withHeader({ __metadata__: { json: '{' } })],
  ])('malformed bytes are refused as corrupt: %s', (_what, bytes) => {
    expect(() => decodeBundle(bytes)).toThrow(
      expect.objectContaining({ code: 'AMALUR_BLOB_CORRUPT' }) as Error,
    );
  });

  test('arbitrary bytes are refused or read, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decodeBundle(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'AMALUR_BLOB_CORRUPT' });
        }
      }),
    );
  });

  test('a tensor whose data do not fill its shape is not encoded', () => {
    expect(() =>
      encodeBundle({ json: null, tensors: { a: { shape: [2], data: Float64Array.of(1) } } }),
    ).toThrow(TypeError);
  });
});
