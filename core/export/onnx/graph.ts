import { freeName } from '../../integration/row-identity.js';
import { ATTRIBUTE, ELEMENT, encodeModel } from './proto.js';

/** Name of a value in the graph. */
export type Value = string;
export type Element = keyof typeof ELEMENT;
type Attribute = number | string | readonly string[] | { readonly ints: readonly number[] };

/** Versions of the sets of operators that the graph is written in: of ONNX itself, and of its classical machine learning. */
const OPSET = 13;
const ML_OPSET = 2;
const IR_VERSION = 8;

interface Named {
  readonly name: string;
  readonly docString?: string;
}

/** An ONNX graph over rows (a first dimension of any size), put together value by value. Numbers are float64. */
export class OnnxGraph {
  private readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly inputs: Named[] = [];
  private readonly outputs: Named[] = [];
  /** Of small constants, many of which are the same, by type, shape and bytes. */
  private readonly known = new Map<string, Value>();
  private count = 0;
  /** With which no input's name begins. */
  private readonly prefix: string;

  /** @param inputs names of all that there will be */
  constructor(inputs: readonly string[]) {
    const dots = inputs.map((name) => /^\.*/.exec(name)?.[0].length ?? 0);
    this.prefix = '.'.repeat(1 + Math.max(0, ...dots));
  }

  /** A column of the rows to be scored, N × 1. */
  input(name: string, element: 'double' | 'string', explanation: string): Value {
    this.inputs.push({ ...valueInfo(name, element, 1), docString: explanation });
    return name;
  }

  /** What is predicted, N × 1; under another name where a column has this one. */
  output(wanted: string, value: Value, element: Element): void {
    const taken = [...this.inputs, ...this.outputs].map(({ name }) => name);
    const name = freeName(wanted, taken);
    this.nodes.push(node('Identity', [value], name, {}));
    this.outputs.push(valueInfo(name, element, 1));
  }

  /** Constant numbers of the given shape. */
  numbers(data: ArrayLike<number>, shape: readonly number[]): Value {
    return this.constant(ELEMENT.double, Buffer.from(Float64Array.from(data).buffer), shape);
  }

  /** One number, 1 × 1. */
  readonly number = (value: number): Value => this.numbers([value], [1, 1]);

  floats(data: ArrayLike<number>, shape: readonly number[]): Value {
    return this.constant(ELEMENT.float, Buffer.from(Float32Array.from(data).buffer), shape);
  }

  integers(data: readonly number[], shape: readonly number[]): Value {
    return this.constant(ELEMENT.int64, Buffer.from(BigInt64Array.from(data, BigInt).buffer), shape);
  }

  /** The result of an operator with one output. */
  apply(
    operator: string,
    values: readonly Value[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): Value {
    const name = this.fresh();
    this.nodes.push(node(operator, values, name, attributes, domain));
    return name;
  }

  /** Side by side, N × the sum of their columns. */
  concat(values: readonly Value[]): Value {
    const [first, ...others] = values;
    if (first !== undefined && others.length === 0) return first;
    return this.apply('Concat', values, { axis: 1 });
  }

  /** From the first to the last. */
  sum(values: readonly Value[]): Value {
    return values.reduce((sum, value) => this.apply('Add', [sum, value]));
  }

  /** Number of a kind of elements, for `Cast`. */
  element(kind: Element): number {
    return ELEMENT[kind];
  }

  /** @param facts what a reader should know of the model, by name */
  bytes(name: string, explanation: string, facts: Readonly<Record<string, string>>): Uint8Array {
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'amalur',
      docString: explanation,
      opsetImport: [
        { domain: '', version: OPSET },
        { domain: 'ai.onnx.ml', version: ML_OPSET },
      ],
      graph: {
        name,
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: this.outputs,
      },
      metadataProps: Object.entries(facts).map(([key, value]) => ({ key, value })),
    });
  }

  private constant(dataType: number, rawData: Buffer, dims: readonly number[]): Value {
    const key = rawData.length > 16 ? undefined : `${dataType} ${dims.join()} ${rawData.toString('hex')}`;
    const known = key !== undefined && this.known.get(key);
    if (known) return known;
    const name = this.fresh();
    this.initializers.push({ name, dataType, dims, rawData });
    if (key !== undefined) this.known.set(key, name);
    return name;
  }

  private fresh(): Value {
    return `${this.prefix}${this.count++}`;
  }
}

/** ⌊a / divisor⌋ of whole numbers in float64. */
export function quotient(graph: OnnxGraph, a: Value, divisor: number): Value {
  return graph.apply('Floor', [graph.apply('Div', [a, graph.number(divisor)])]);
}

function valueInfo(name: string, element: Element, columns: number) {
  const shape = { dim: [{ dimParam: 'N' }, { dimValue: columns }] };
  return { name, type: { tensorType: { elemType: ELEMENT[element], shape } } };
}

function node(
  opType: string,
  input: readonly Value[],
  output: Value,
  attributes: Readonly<Record<string, Attribute>>,
  domain = '',
): object {
  const attribute = Object.entries(attributes).map(([name, value]) => ({ name, ...attributeOf(value) }));
  return { opType, input, output: [output], name: output, attribute, domain };
}

function attributeOf(value: Attribute): object {
  if (typeof value === 'number') return { type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { type: ATTRIBUTE.string, s: Buffer.from(value) };
  if ('ints' in value) return { type: ATTRIBUTE.ints, ints: value.ints };
  return { type: ATTRIBUTE.strings, strings: value.map((text) => Buffer.from(text)) };
}
