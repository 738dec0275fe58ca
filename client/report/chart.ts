import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Colours are variables of the page, so that a chart follows light and dark and prints in black on white. */
const INK = 'var(--ink)';
const FAINT = 'var(--faint)';

/** Colours of series, in order. */
export const SERIES = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)', 'var(--series-4)'] as const;

const THEME: TopLevelSpec['config'] = {
  background: 'transparent',
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: {
    domainColor: FAINT,
    tickColor: FAINT,
    gridColor: FAINT,
    gridOpacity: 0.5,
    labelColor: INK,
    titleColor: INK,
    titleFontWeight: 'normal',
    labelFontSize: 11,
    titleFontSize: 12,
  },
  legend: { labelColor: INK, titleColor: INK, titleFontWeight: 'normal', orient: 'top', labelFontSize: 11 },
  header: { labelColor: INK, titleColor: INK },
  line: { strokeWidth: 2 },
  text: { color: INK },
};

/** A Vega-Lite chart as SVG text that stands alone: no script, no font, no network. */
export async function drawChart(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ ...spec, config: { ...THEME, ...spec.config } }).spec), {
    renderer: 'none',
  });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
