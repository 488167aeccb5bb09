import { warningLine, type RunWarning } from "../../store/index.ts";
import {
  CHARTS,
  chartVerdict,
  drawChart,
  EFFORT_MAP,
  effortMap,
  fullTitle,
  chartWords,
  GROUP_TITLES,
  heatMap,
  svgText,
  VERDICT_WORDS,
  type ChartDescription,
  type ChartGroup,
  type ChartVerdict,
  type RunFigures,
} from "../../figures/index.ts";
import { html, Html } from "./html.ts";

const GROUPS = Object.keys(GROUP_TITLES) as ChartGroup[];
/** The paper's figures are drawn larger. */
const SIZES: Readonly<Record<"paper" | "other", { readonly width: number; readonly height: number }>> = {
  paper: { width: 560, height: 320 },
  other: { width: 460, height: 270 },
};

/**
 * All charts that a run has figures for, by group, in the order of the page; each with what healthy looks like and its
 * warnings.
 */
export function chartSections(figures: RunFigures, warnings: readonly RunWarning[]): Html[] {
  return GROUPS.map((group) => {
    const drawn = CHARTS.filter((chart) => chart.group === group).map((chart) => chartHtml(chart, figures, warnings));
    const all = [...drawn, group === "emergence" ? effortHtml(figures) : null].filter((figure) => figure !== null);
    return all.length === 0
      ? html``
      : html`<section><h2>${GROUP_TITLES[group]}</h2><div class="charts ${group}">${all}</div></section>\n`;
  });
}

function chartHtml(chart: ChartDescription, figures: RunFigures, warnings: readonly RunWarning[]): Html | null {
  const series = chart.series(figures);
  if (series.length === 0) return null;
  const own = warnings.filter((warning) => warning.chart === chart.id);
  const size = SIZES[chart.group === "paper" ? "paper" : "other"];
  const { node } = drawChart(chart, series, {
    ...size,
    framed: true,
    levels: chart.levels?.(figures),
    marks: own.map(({ step, message }) => ({ x: step, text: message })),
  });
  return figure(svgText(node), chartVerdict(chart, figures, warnings), chartWords(chart, figures), own);
}

function effortHtml(figures: RunFigures): Html | null {
  const map = effortMap(figures);
  if (map === null) return null;
  const { node } = heatMap(map, {
    ...SIZES.other,
    format: "count",
    label: `${fullTitle(EFFORT_MAP)}.`,
    title: EFFORT_MAP.title,
    unit: EFFORT_MAP.unit,
  });
  return figure(svgText(node), null, EFFORT_MAP.healthy, []);
}

function figure(drawing: string, verdict: ChartVerdict | null, healthy: string, warnings: readonly RunWarning[]): Html {
  const now = verdict === null ? html`` : html`<strong>${VERDICT_WORDS[verdict.kind]}:</strong> ${verdict.text}. `;
  const from = warnings.map((warning) => html` <span class="warning">${warningLine(warning)}</span>`);
  return html`<figure>${new Html(drawing)}<figcaption>${now}${healthy}${from}</figcaption></figure>`;
}
