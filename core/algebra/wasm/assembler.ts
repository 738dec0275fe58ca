import { memoryLimits } from './arena.js';

/**
 * WebAssembly code as lists of bytes (specification 2.0, §5), as much of it as the kernels need: every helper gives the code of
 * one expression or statement, so that a kernel reads like its loop. Addresses are in bytes.
 */
export type Code = readonly number[];

export const I32 = 0x7f;
export const F64 = 0x7c;
export const V128 = 0x7b;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

const f64Bytes = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];
const join = (...codes: Code[]): Code => codes.flat();
const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)];
const binary =
  (opcode: Code) =>
  (a: Code, b: Code): Code =>
    join(a, b, opcode);
const memory = (opcode: Code, offset: number): Code => [...opcode, 0, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const block = (...statements: Code[]): Code => statements.flat();

export const i32 = (value: number): Code => [0x41, ...signed(value)];
export const add = binary([0x6a]);
export const sub = binary([0x6b]);
export const mul = binary([0x6c]);
export const lessUnsigned = binary([0x49]);
export const loadI32 = (address: Code, offset = 0): Code => join(address, memory([0x28], offset));
export const storeI32 = (address: Code, value: Code, offset = 0): Code =>
  join(address, value, memory([0x36], offset));
/** local += n */
export const advance = (local: number, n: number): Code => set(local, add(get(local), i32(n)));

export const when = (condition: Code, ...statements: Code[]): Code =>
  join(condition, [0x04, 0x40], block(...statements), [0x0b]);
/** do … while (condition) */
export const doWhile = (condition: Code, ...statements: Code[]): Code =>
  join([0x03, 0x40], block(...statements), condition, [0x0d, 0x00, 0x0b]);
/** Runs the statements while `local` (an address) is below `end`; they advance it. */
export const whileBelow = (local: number, end: Code, ...statements: Code[]): Code =>
  when(lessUnsigned(get(local), end), doWhile(lessUnsigned(get(local), end), ...statements));

/** Arithmetic on one number (f64) or two at once (f64x2), with the same names. */
export interface Lanes {
  readonly type: number;
  readonly bytes: number;
  readonly load: (address: Code, offset?: number) => Code;
  readonly store: (address: Code, value: Code, offset?: number) => Code;
  /** One number from memory, in every lane. */
  readonly loadSplat: (address: Code, offset?: number) => Code;
  readonly constant: (value: number) => Code;
  readonly add: (a: Code, b: Code) => Code;
  readonly sub: (a: Code, b: Code) => Code;
  readonly mul: (a: Code, b: Code) => Code;
  readonly div: (a: Code, b: Code) => Code;
}

export const one: Lanes = {
  type: F64,
  bytes: 8,
  load: (address, offset = 0) => join(address, memory([0x2b], offset)),
  store: (address, value, offset = 0) => join(address, value, memory([0x39], offset)),
  loadSplat: (address, offset = 0) => join(address, memory([0x2b], offset)),
  constant: (value) => [0x44, ...f64Bytes(value)],
  add: binary([0xa0]),
  sub: binary([0xa1]),
  mul: binary([0xa2]),
  div: binary([0xa3]),
};

export const two: Lanes = {
  type: V128,
  bytes: 16,
  load: (address, offset = 0) => join(address, memory(simd(0x00), offset)),
  store: (address, value, offset = 0) => join(address, value, memory(simd(0x0b), offset)),
  loadSplat: (address, offset = 0) => join(address, memory(simd(0x0a), offset)),
  constant: (value) => join(simd(0x0c), f64Bytes(value), f64Bytes(value)),
  add: binary(simd(0xf0)),
  sub: binary(simd(0xf1)),
  mul: binary(simd(0xf2)),
  div: binary(simd(0xf3)),
};

/** The lesser and the greater of each lane, as one instruction; a NaN may be lost. */
export const lesser2 = binary(simd(0xf6));
export const greater2 = binary(simd(0xf7));
/** Bit j is set where lane j of both is equal. */
export const equalBits2 = (a: Code, b: Code): Code => join(a, b, simd(0x47), simd(0xc4));
export const swapLanes = (value: Code): Code =>
  join(value, value, simd(0x0d), [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
export const or = binary([0x72]);
export const shiftLeft = (value: Code, bits: number): Code => join(value, i32(bits), [0x74]);
/** Position of the lowest bit that is set. */
export const lowestBit = (value: Code): Code => join(value, [0x68]);
export const firstLane = (value: Code): Code => join(value, simd(0x21), [0]);
export const secondLane = (value: Code): Code => join(value, simd(0x21), [1]);
/** 2^k in both lanes, k being what is in the low bits of 1.5 · 2^52 + k as f64x2; |k| < 1023. */
export const powerOfTwo2 = (shifted: Code): Code => {
  const bias = [0xff, 0x03, 0, 0, 0, 0, 0, 0];
  return join(shifted, simd(0x0c), bias, bias, simd(0xce), i32(52), simd(0xcb));
};

/** A row of p numbers in memory: as many pairs as fit, then one. */
export function rowLanes(p: number): { readonly lanes: Lanes; readonly offset: number }[] {
  return [
    ...Array.from({ length: Math.floor(p / 2) }, (_, at) => ({ lanes: two, offset: 16 * at })),
    ...(p % 2 === 1 ? [{ lanes: one, offset: 8 * (p - 1) }] : []),
  ];
}

/** A function of i32 parameters without a result; its locals are numbered as they are asked for. */
export class FunctionBuilder {
  private readonly locals: number[] = [];

  constructor(private readonly parameters: number) {}

  local(type: number): number {
    return this.parameters + this.locals.push(type) - 1;
  }

  /** A module that imports `env.memory` and exports this function as `run`. */
  module(body: Code): Uint8Array {
    const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
    const name = (text: string): Code => [text.length, ...Array.from(text, (c) => c.charCodeAt(0))];
    const locals = [...unsigned(this.locals.length), ...this.locals.flatMap((type) => [1, type])];
    const code = [...locals, ...body, 0x0b];
    const [flag = 0, ...pages] = memoryLimits();
    const limits = [flag, ...pages.flatMap(unsigned)];
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, [
        1,
        0x60,
        ...unsigned(this.parameters),
        ...new Array<number>(this.parameters).fill(I32),
        0,
      ]),
      ...section(2, [1, ...name('env'), ...name('memory'), 0x02, ...limits]),
      ...section(3, [1, 0]),
      ...section(7, [1, ...name('run'), 0x00, 0]),
      ...section(10, [1, ...unsigned(code.length), ...code]),
    ]);
  }
}
