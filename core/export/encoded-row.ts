import type { Dense } from '../algebra/matrix.js';
import { AmalurError } from '../errors.js';
import {
  widthOf,
  encodedWidth,
  type CategoricalEncoding,
  type Encoder,
  type NumericEncoding,
  type TargetEncoding,
} from '../integration/encoder.js';
import type { OnnxGraph, Value } from './onnx-graph.js';

/** Columns of T that come from the same tables, with their parameters θ (c × q). */
export interface ExportedPart {
  /** Name of an input by that of its column in the encoder. */
  readonly inputName: (column: string) => string;
  readonly encoder: Encoder;
  readonly theta: Dense;
}

/** Encoded columns `at` … of a category, picked by a position: that of a level, of "other" after them, of NULL last. */
interface Block {
  readonly position: Value;
  readonly at: number;
  readonly width: number;
  /** Whether the column after them is 1 where there is a value. */
  readonly indicated: boolean;
}

/**
 * The encoding of core/integration/encode.ts as a graph over raw cells. Numbers are N × 1 float64, NaN for NULL; texts N × 1 strings, ""
 * for NULL (unless "" is a level). Categories are not spread out: their parameters are looked up.
 */
export class EncodedRow {
  private readonly blocks: Block[] = [];
  /** Encoded numbers and indicators, N × m, and where they are among the columns; undefined if there are none. */
  private readonly numbers: Value | undefined;
  private readonly numberCount: number;

  constructor(
    private readonly graph: OnnxGraph,
    private readonly part: ExportedPart,
  ) {
    const { numeric, categorical, targets = [], products = [] } = part.encoder;
    const [product] = products;
    if (product) throw notExportable(product.map(part.inputName).join(' and '), 'their product');
    const scaled: Value[] = [];
    const indicators: Value[] = [];
    for (const encoding of numeric) {
      if (encoding.kind !== 'numeric') throw notExportable(part.inputName(encoding.column), encoding.kind);
      const { value, present } = this.number(encoding);
      scaled.push(value);
      if (encoding.indicator) indicators.push(present);
    }
    const all = [...scaled, ...targets.map((encoding) => this.meanLabel(encoding)), ...indicators];
    this.numberCount = all.length;
    this.numbers = all.length === 0 ? undefined : graph.apply('Concat', all, { axis: 1 });
    let at = all.length;
    for (const encoding of categorical) {
      if (encoding.kind !== 'categorical')
        throw notExportable(part.inputName(encoding.column), encoding.kind);
      const indicated = encoding.indicator === true;
      const width = widthOf(encoding);
      this.blocks.push({ position: this.position(encoding), at, width, indicated });
      at += width + (indicated ? 1 : 0);
    }
    if (at !== encodedWidth(part.encoder)) throw new Error('columns were counted in two ways');
  }

  /** D θ, N × q: what these columns give to the scores. */
  scores(): Value {
    const { data, columns: q } = this.part.theta;
    return this.sum(
      q,
      (column, j) => data[column * q + j]!,
      (numbers) =>
        this.graph.apply('MatMul', [
          numbers,
          this.graph.numbers(data.subarray(0, this.numberCount * q), [this.numberCount, q]),
        ]),
    );
  }

  /** ‖d‖², N × 1. */
  squaredNorms(): Value {
    return this.sum(
      1,
      () => 1,
      (numbers) => this.graph.apply('ReduceSumSquare', [numbers], { axes: { ints: [1] }, keepdims: 1 }),
    );
  }

  /**
   * Σ over columns, N × q: `ofNumbers` of the numbers, and of a category the rows of its columns.
   * @param cell what column c of a category gives to sum j where it is 1
   */
  private sum(
    q: number,
    cell: (column: number, j: number) => number,
    ofNumbers: (numbers: Value) => Value,
  ): Value {
    const terms = this.blocks.map(({ position, at, width, indicated }) => {
      // The row after the last is that of NULL: zeros, the indicator's among them.
      const rows = new Float64Array((width + 1) * q);
      for (let level = 0; level < width; level++)
        for (let j = 0; j < q; j++)
          rows[level * q + j] = cell(at + level, j) + (indicated ? cell(at + width, j) : 0);
      return this.graph.apply('Gather', [this.graph.numbers(rows, [width + 1, q]), position], { axis: 0 });
    });
    const all = this.numbers === undefined ? terms : [ofNumbers(this.numbers), ...terms];
    return all.reduce((sum, term) => this.graph.apply('Add', [sum, term]));
  }

  /** (x − center) / scale, NULL being 0; and 1 where there is a value. */
  private number({ column, center, scale, clip }: NumericEncoding): { value: Value; present: Value } {
    const { graph } = this;
    const x = graph.input(this.part.inputName(column), 'double', 'a number; NaN where it is NULL');
    const one = (value: number) => graph.numbers([value], [1, 1]);
    const raw = graph.apply('Div', [graph.apply('Sub', [x, one(center)]), one(scale)]);
    const scaled = clip ? graph.apply('Max', [raw, one(0)]) : raw;
    const absent = graph.apply('IsNaN', [x]);
    return {
      value: graph.apply('Where', [absent, one(0), scaled]),
      present: graph.apply('Where', [absent, one(0), one(1)]),
    };
  }

  /** What a text counts as, looked up; one that is no level is 0. */
  private meanLabel(encoding: TargetEncoding): Value {
    const { means, missing, center, scale } = encoding;
    const cells = [...means, center, missing].map((mean) => (mean - center) / scale);
    const { graph } = this;
    const table = graph.numbers(cells, [cells.length, 1]);
    return graph.apply('Gather', [table, this.position(encoding)], { axis: 0 });
  }

  /** Of a text among the levels; behind them that of any other, then that of NULL. */
  private position({ column, levels }: Pick<CategoricalEncoding, 'column' | 'levels'>): Value {
    const { graph } = this;
    const text = graph.input(this.part.inputName(column), 'string', 'a text; "" where it is NULL');
    const known = levels.includes('') ? levels : [...levels, ''];
    const positions = known.map((level, at) =>
      at === levels.length && level === '' ? levels.length + 1 : at,
    );
    const looked = graph.apply(
      'LabelEncoder',
      [text],
      { keys_strings: known, values_int64s: { ints: positions }, default_int64: levels.length },
      'ai.onnx.ml',
    );
    return graph.apply('Reshape', [looked, graph.integers([-1], [1])]);
  }
}

function notExportable(column: string, kind: string): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', `ONNX cannot say how ${column} is encoded (${kind})`, {
    field: 'features.encode',
    suggestion: 'train without this column, or with another encoding of it',
  });
}
