/** A numeric column: NULL stands for `center`, then (x − center) / scale, so that NULL is 0. */
export interface NumericEncoding {
  readonly kind: 'numeric';
  readonly column: string;
  /** Mean over the training rows that have a value, each source row counted as often as it occurs in T. */
  readonly center: number;
  /** Standard deviation over all training rows after imputation (population form); 1 for a constant column. */
  readonly scale: number;
}

/** A categorical column: one indicator column per level learned on the training rows, and one for any other level. NULL has none. */
export interface CategoricalEncoding {
  readonly kind: 'categorical';
  readonly column: string;
  /** In ascending order of UTF-16 code units. The column after the last level is "other". */
  readonly levels: readonly string[];
}

/** How a party's table becomes D_k: numeric columns first, then the levels of each categorical column, in the job's order. */
export interface Encoder {
  readonly numeric: readonly NumericEncoding[];
  readonly categorical: readonly CategoricalEncoding[];
}

/** Names of D_k's columns: `column` or `column=level`. */
export function encodedColumns(encoder: Encoder): string[] {
  return [
    ...encoder.numeric.map((numeric) => numeric.column),
    ...encoder.categorical.flatMap(({ column, levels }) => [
      ...levels.map((level) => `${column}=${level}`),
      `${column}=(other)`,
    ]),
  ];
}

/** c_k, the number of D_k's columns. */
export function encodedWidth(encoder: Encoder): number {
  return encoder.numeric.length + encoder.categorical.reduce((sum, { levels }) => sum + levels.length + 1, 0);
}
