import type { TopLevelSpec } from 'vega-lite';

interface Cell {
  readonly row: string;
  readonly column: string;
  /** What the colour says. */
  readonly value: number;
  /** What is written into the cell. */
  readonly text?: string;
}

interface HeatMapOptions {
  readonly x: string;
  readonly y: string;
  readonly value: string;
  /** sequential: from 0 up; diverging: below and above 0. */
  readonly scheme: 'sequential' | 'diverging';
}

const CELL = 34;

/** Cells in the order in which rows and columns first occur. */
export function heatMap(cells: readonly Cell[], { x, y, value, scheme }: HeatMapOptions): TopLevelSpec {
  const most = Math.max(...cells.map((cell) => Math.abs(cell.value)), Number.MIN_VALUE);
  const scale =
    scheme === 'diverging'
      ? { domain: [-most, 0, most], range: ['#d9730d', '#f3f5f8', '#2463c9'], interpolate: 'rgb' as const }
      : { domain: [0, most], range: ['#f3f5f8', '#2463c9'], interpolate: 'rgb' as const };
  const place = {
    x: { field: 'column', type: 'nominal', sort: null, title: x, axis: { labelLimit: 120 } },
    y: { field: 'row', type: 'nominal', sort: null, title: y === '' ? null : y, axis: { labelLimit: 300 } },
  } as const;
  return {
    width: { step: CELL },
    height: { step: scheme === 'diverging' ? 18 : 24 },
    data: { values: [...cells] },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: { ...place, color: { field: 'value', type: 'quantitative', title: value, scale } },
      },
      ...(cells.some(({ text }) => text !== undefined)
        ? [
            {
              mark: { type: 'text', fontSize: 10 },
              encoding: {
                ...place,
                text: { field: 'text', type: 'nominal' },
                // On a dark cell light, whatever the page's own colours.
                color: {
                  condition: { test: `datum.value > ${String(most / 2)}`, value: '#fff' },
                  value: '#1c2430',
                },
              },
            } as const,
          ]
        : []),
    ],
  };
}
