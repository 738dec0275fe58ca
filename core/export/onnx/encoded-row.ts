import { concatRows, rowRange } from '../../algebra/stack.js';
import { entryOf } from '../../entry-of.js';
import { AmalurError } from '../../errors.js';
import { encodedWidth, type ColumnEncoding } from '../../integration/encoder.js';
import type { ExportedPart } from '../exported-model.js';
import { codesTerm, numbersTerm, type Block, type Term } from './block.js';
import { blockOf } from './columns/encoders.js';
import type { OnnxGraph, Value } from './graph.js';
import { productTerm } from './products.js';

/** An encoded column of numbers, and where it begins in D. */
interface PlacedNumbers {
  readonly numbers: Value;
  readonly columns: number;
  readonly at: number;
}

/**
 * The encoding of core/integration/encode.ts as a graph over raw cells. Numbers are N × 1 float64, NaN for NULL; texts N × 1 strings, ""
 * for NULL (unless "" is a level). Categories are not spread out: their parameters are looked up.
 */
export class EncodedRow {
  /** Columns in the order of D; of numbers, which are multiplied in one go, only where they are. */
  private readonly terms: { readonly term: Term; readonly at: number }[] = [];
  private readonly numbers: PlacedNumbers[] = [];
  private readonly blocks = new Map<string, Block>();
  private width = 0;

  constructor(
    private readonly graph: OnnxGraph,
    private readonly part: ExportedPart,
  ) {
    const { numeric, targets = [], categorical, products = [] } = part.encoder;
    const { blocks } = this;
    const presences = new Map<string, Value>();
    for (const encoding of numeric) {
      const x = graph.input(this.nameOf(encoding), 'double', 'a number; NaN where it is NULL');
      const absent = graph.apply('IsNaN', [x]);
      const block = this.encoded(x, encoding);
      blocks.set(
        encoding.column,
        'codes' in block ? block : { ...block, numbers: this.zeroed(block.numbers, absent) },
      );
      presences.set(encoding.column, graph.apply('Where', [absent, graph.number(0), graph.number(1)]));
    }
    for (const { column } of numeric) {
      const block = entryOf(blocks, column);
      if ('numbers' in block) this.placeNumbers(block.numbers, block.columns);
    }
    for (const encoding of targets) {
      const block = this.encoded(this.text(encoding), encoding);
      blocks.set(encoding.column, block);
      if ('numbers' in block) this.placeNumbers(block.numbers, block.columns);
    }
    for (const { column, indicator = false } of numeric) {
      const block = entryOf(blocks, column);
      if ('codes' in block) this.place(codesTerm(graph, block, indicator));
      else if (indicator) this.placeNumbers(entryOf(presences, column), 1);
    }
    for (const encoding of categorical) {
      const block = this.encoded(this.text(encoding), encoding);
      blocks.set(encoding.column, block);
      if ('numbers' in block) this.placeNumbers(block.numbers, block.columns);
      else this.place(codesTerm(graph, block, encoding.kind !== 'hash' && encoding.indicator === true));
    }
    for (const [a, b] of products) this.place(productTerm(graph, entryOf(blocks, a), entryOf(blocks, b)));
    if (this.width !== encodedWidth(part.encoder)) throw new Error('columns were counted in two ways');
  }

  /** What a column is encoded as, to be multiplied with others. */
  block(column: string): Block {
    return entryOf(this.blocks, column);
  }

  /** D θ, N × q: what these columns give to the scores. */
  scores(): Value {
    const { theta } = this.part;
    const picked = this.numbers.map(({ at, columns }) => rowRange(theta, at, columns));
    return this.sum(
      (term, at) => term.times(rowRange(theta, at, term.columns)),
      (term) => term.times(concatRows(picked, term.columns, theta.columns)),
    );
  }

  /** ‖d‖², N × 1. */
  squaredNorms(): Value {
    return this.sum(
      (term) => term.squares(),
      (term) => term.squares(),
    );
  }

  private sum(of: (term: Term, at: number) => Value, ofNumbers: (term: Term) => Value): Value {
    const { graph, numbers } = this;
    const values = this.terms.map(({ term, at }) => of(term, at));
    if (numbers.length > 0) {
      const together = graph.concat(numbers.map((one) => one.numbers));
      const columns = numbers.reduce((sum, one) => sum + one.columns, 0);
      values.unshift(ofNumbers(numbersTerm(graph, { numbers: together, columns })));
    }
    return graph.sum(values);
  }

  private place(term: Term): void {
    this.terms.push({ term, at: this.width });
    this.width += term.columns;
  }

  private placeNumbers(numbers: Value, columns: number): void {
    this.numbers.push({ numbers, columns, at: this.width });
    this.width += columns;
  }

  /** What is absent is 0, whatever it is encoded as, and so is what a cell has no number for. */
  private zeroed(numbers: Value, absent: Value): Value {
    const { graph } = this;
    const none = graph.apply('Or', [absent, graph.apply('IsNaN', [numbers])]);
    return graph.apply('Where', [none, graph.number(0), numbers]);
  }

  private encoded(cells: Value, encoding: ColumnEncoding): Block {
    const block = blockOf(this.graph, cells, encoding.kind, encoding);
    if (block) return block;
    const name = this.nameOf(encoding);
    throw new AmalurError(
      'AMALUR_NOT_EXPORTABLE',
      `ONNX cannot say how ${name} is encoded (${encoding.kind})`,
      {
        field: 'features.encode',
        suggestion:
          'train without this column, or with another encoding of it; or export the model as .amalur',
      },
    );
  }

  private text(encoding: ColumnEncoding): Value {
    return this.graph.input(this.nameOf(encoding), 'string', 'a text; "" where it is NULL');
  }

  private nameOf({ column }: ColumnEncoding): string {
    return this.part.inputName(column);
  }
}
