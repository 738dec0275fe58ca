declare module 'asciichart' {
  /** Draws a series as lines of text. */
  export function plot(
    series: readonly number[],
    config?: { readonly height?: number; readonly format?: (value: number) => string },
  ): string;
}
