/** What the tests ask about; the set-up itself is plain JavaScript. */
interface Pin {
  readonly version: string;
}

export declare const temporal: Pin;
export declare const duckdb: Pin;
export declare const temporalServer: Pin;
