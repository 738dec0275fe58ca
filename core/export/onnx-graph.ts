import { ATTRIBUTE, ELEMENT, encodeModel } from './onnx-proto.js';

/** Name of a value in the graph. */
export type Value = string;
export type Element = keyof typeof ELEMENT;
type Attribute = number | string | readonly string[] | { readonly ints: readonly number[] };

/** Versions of the sets of operators that the graph is written in: of ONNX itself, and of its classical machine learning. */
const OPSET = 13;
const ML_OPSET = 2;
const IR_VERSION = 8;

/** An ONNX graph over rows (a first dimension of any size), put together value by value. Numbers are float64. */
export class OnnxGraph {
  private readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly inputs: object[] = [];
  private readonly outputs: object[] = [];
  private count = 0;

  /** A column of the rows to be scored, N × 1. */
  input(name: string, element: 'double' | 'string', explanation: string): Value {
    this.inputs.push({ ...valueInfo(name, element, 1), docString: explanation });
    return name;
  }

  output(name: string, value: Value, element: Element): void {
    this.nodes.push(node('Identity', [value], name, {}));
    this.outputs.push(valueInfo(name, element, 1));
  }

  /** Constant numbers of the given shape. */
  numbers(data: ArrayLike<number>, shape: readonly number[]): Value {
    return this.constant(ELEMENT.double, Buffer.from(Float64Array.from(data).buffer), shape);
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
    const name = this.fresh();
    this.initializers.push({ name, dataType, dims, rawData });
    return name;
  }

  private fresh(): Value {
    return `v${this.count++}`;
  }
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
