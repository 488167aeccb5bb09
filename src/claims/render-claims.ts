import { percent } from "../text/format.ts";
import type { ClaimResult, ClaimTable, Measure } from "./claim-result.ts";
import { drawFigure } from "./draw-figure.ts";

export interface ClaimsReportFacts {
  readonly machine: string;
  readonly version: string;
  readonly command: string;
}

export interface ClaimsReport {
  readonly markdown: string;
  readonly json: string;
  /** SVG by file name. */
  readonly figures: ReadonlyMap<string, string>;
}

/** The report of all claims: Markdown, JSON and figures. */
export function renderClaims(results: readonly ClaimResult[], facts: ClaimsReportFacts): ClaimsReport {
  const figures = new Map(
    results.flatMap((result) => result.figures.map((figure) => [`${figure.name}.svg`, drawFigure(figure)] as const)),
  );
  const quick = results.some((result) => result.quick);
  const head = [
    "<!-- Made by `aha reproduce`; changes made here are lost. -->",
    "",
    "# The paper's claims, measured",
    "",
    `One experiment for each claim of DeepSeek-R1 (arXiv:2501.12948), made by \`${facts.command}\` with version ${facts.version} on ${facts.machine}. Numbers are means over seeds with 95 % intervals (Student's t), on problems that no training saw; a claim is reproduced where every tested interval lies beyond its bound. All seeds that were run are here. Settings and expectations were made from runs that docs/log.md tells of, before these.`,
    ...(quick
      ? ["", "**Quick: one seed and shorter runs, to check the machinery. Nothing can be concluded from it.**"]
      : []),
    "",
    table({
      title: "",
      columns: ["claim", "conclusion", "main measure", "seeds", "time of its stages, shared ones too"],
      rows: results.map(summaryRow),
    }),
  ];
  return {
    markdown: [...head, ...results.map(section)].join("\n"),
    json: `${JSON.stringify({ ...facts, results }, null, 1)}\n`,
    figures,
  };
}

function summaryRow(result: ClaimResult): string[] {
  const main = result.measures.find(({ test }) => test !== undefined) ?? result.measures[0]!;
  return [
    `[${result.claim}](#${result.claim})`,
    result.conclusion,
    `${main.name}: ${estimateText(main)}`,
    result.seeds.join(", "),
    `${Math.round(result.seconds / 60)} min`,
  ];
}

function section(result: ClaimResult): string {
  return [
    "",
    `## ${result.claim}`,
    "",
    `**${result.conclusion[0]!.toUpperCase()}${result.conclusion.slice(1)}.** ${result.statement}`,
    "",
    `- Hypothesis, written before the run: ${result.hypothesis}`,
    `- Method: ${result.method}`,
    `- Control: ${result.control}`,
    `- Command: \`${result.command}\``,
    "",
    table({
      title: "",
      columns: ["measure", "mean [95 % interval]", "each seed", "must be"],
      rows: result.measures.map(measureRow),
    }),
    ...result.tables.flatMap((each) => ["", `${each.title}:`, "", table(each)]),
    ...result.figures.flatMap((figure) => ["", `![${cell(figure.title)}](claims/${figure.name}.svg)`]),
    ...(result.remarks.length === 0 ? [] : ["", ...result.remarks.map((remark) => `- ${remark}`)]),
    "",
  ].join("\n");
}

function measureRow(measure: Measure): string[] {
  const { name, note, estimate, unit, test } = measure;
  return [
    note === undefined ? name : `${name} (${note})`,
    estimateText(measure),
    estimate.values.map((value) => measureText(value, unit)).join(", "),
    test === undefined ? "" : `${test.direction} ${measureText(test.bound, unit)}`,
  ];
}

function estimateText({ estimate, unit }: Measure): string {
  const { mean, low, high, values } = estimate;
  const interval = values.length < 2 ? "" : ` [${measureText(low, unit)}, ${measureText(high, unit)}]`;
  return measureText(mean, unit) + interval;
}

/** A number in the form of its unit: `85.2 %`, `+12.3 points`, `1.42 times`. */
export function measureText(value: number, unit: Measure["unit"]): string {
  switch (unit) {
    case "share":
      return percent(value);
    case "difference":
      return `${value < 0 ? "" : "+"}${(value * 100).toFixed(1)} points`;
    case "number":
      return value.toFixed(3);
    case "seconds":
      return `${value.toFixed(value < 10 ? 2 : 0)} s`;
    case "tokens":
      return `${value.toFixed(1)} tokens`;
    case "megabytes":
      return `${value.toFixed(0)} MB`;
    case "times":
      return `${value.toFixed(2)} times`;
  }
}

function table({ columns, rows }: ClaimTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** Text inside a cell must not end it, nor become a tag. */
function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/\s*\n\s*/g, " ");
}
