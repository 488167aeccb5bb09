/**
 * The charts of a run, as pure functions: figures in, drawings out, with no DOM. `CHARTS` lists them; `drawChart` draws
 * one; `svgText` makes text of a drawing. Colours are CSS variables until `svgText` or `svgFile` is given a palette:
 *
 *   const figures = { metrics, fit, evaluations };
 *   for (const chart of CHARTS) {
 *     const series = chart.series(figures);
 *     const options = { width: 560, height: 260, levels: chart.levels?.(figures), marks };
 *     if (series.length > 0) svgText(drawChart(chart, series, options).node);
 *   }
 *   const map = effortMap(figures);
 *   const size = { width: 560, height: 260 };
 *   if (map !== null) svgText(heatMap(map, { ...size, format: "count", label: fullTitle(EFFORT_MAP) }).node);
 */
export { barChart } from "../draw/bar-chart.ts";
export { chartCsv, heatMapCsv } from "./chart-csv.ts";
export { CHARTS, chartWords, GROUP_TITLES, type ChartDescription, type ChartGroup } from "./chart-list.ts";
export {
  differenceText,
  heldOutRows,
  heldOutSeries,
  type FirstScores,
  type HeldOutRow,
  type Interval,
  type ScoredEvaluation,
} from "./compare-held-out.ts";
export {
  COMPARE_AXES,
  comparedExperiments,
  compareSeries,
  type CompareAxis,
  type ComparedExperiment,
  type ComparedRun,
} from "./compare-series.ts";
export { chartVerdict, VERDICT_WORDS, type ChartVerdict } from "./chart-verdicts.ts";
export { describeChart, drawChart, fullTitle, type DrawChartOptions } from "./draw-chart.ts";
export { EFFORT_MAP, effortMap } from "./effort-map.ts";
export { drawSwatch, type FrameOptions, type Layout, type LegendEntry } from "../draw/frame.ts";
export { heatMap, type HeatColumn, type HeatMapData } from "../draw/heat-map.ts";
export { legendOf, type DrawnChart } from "../draw/line-chart.ts";
export { formatTick, formatValue, grouped, type NumberFormat } from "../draw/number-format.ts";
export { DARK, LIGHT, paletteCss, seriesColour, type Palette } from "../draw/palette.ts";
export { newestValue, sourceText, type NewestValue } from "./newest-value.ts";
export { stepPhases, type StepPhases } from "./phases.ts";
export { ENDLESS_STEPS, forecastSeconds, secondsLeft, stepCost, type PlannedEnd } from "./time-left.ts";
export { HELD_OUT, TRAINING, type RunFigures } from "./run-figures.ts";
export { readAt, withinRange, type Level, type Mark, type Range, type Reading, type Series } from "../draw/series.ts";
export type { SvgNode } from "../draw/svg-node.ts";
export { svgFile, svgText } from "../draw/svg-text.ts";
