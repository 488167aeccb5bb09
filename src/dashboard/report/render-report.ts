import { createHash } from "node:crypto";
import type { RunStore } from "../../store/index.ts";
import { formatValue } from "../../figures/index.ts";
import { beforeAfterSection } from "./before-after.ts";
import { completionHtml } from "./completion-html.ts";
import { gatherReport, type ReportData } from "./gather-report.ts";
import { html, Html } from "./html.ts";
import { chartSections } from "./report-charts.ts";
import { REPORT_STYLE } from "./report-style.ts";
import { evaluationTable, settingsTable } from "./report-tables.ts";

/** Nothing may be loaded, run or sent: a report has one style, of this hash, and no script. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(REPORT_STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/**
 * A run as one HTML file that needs nothing else: figures, warnings, tables, aha moments and chosen rollouts. It has no
 * script and no address in it. Reads the run through once; others get their turn meanwhile.
 *
 * @param name what the run is called
 * @throws RunError where the run is damaged
 */
export async function renderReport(name: string, folder: string, store: RunStore): Promise<string> {
  return reportPage(await gatherReport(name, folder, store));
}

/** The page of what was gathered. */
export function reportPage(data: ReportData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${data.name}: a run of aha</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<header><h1><bdi>${data.name}</bdi></h1>
<p class="lead">${factsOf(data)}</p></header>
<main>
${warningList(data)}${beforeAfterSection(data.figures.evaluations)}${timeSection(data)}${chartSections(data.figures, data.warnings)}${evaluationTable(data.figures.evaluations)}${momentSection(data)}${rolloutSection(data)}${settingsTable(data.config)}
</main>
<footer>Written by <code>aha report</code>. This file needs no network and runs no script.</footer>
</body>
</html>
`.text;
}

function factsOf({ summary, config, rollouts, states }: ReportData): string {
  const { kind, task, state, steps, heldOutBefore, heldOut, stepLength } = summary;
  const started = states[0]?.time;
  const facts = [
    kind,
    task,
    state,
    `${steps} steps`,
    rollouts > 0 ? `${rollouts} rollouts` : "",
    heldOut === null
      ? ""
      : `right answers, held-out: ${heldOutBefore === null ? "" : `${formatValue("percent", heldOutBefore)} → `}${formatValue("percent", heldOut)}`,
    stepLength === null ? "" : `${formatValue("decimal", stepLength)} tokens a completion in the last step`,
    typeof config["seed"] === "number" ? `seed ${config["seed"]}` : "",
    started === undefined ? "" : `started ${new Date(started).toISOString().slice(0, 16).replace("T", " ")} UTC`,
  ];
  return facts
    .filter((fact) => fact !== "")
    .map((fact) => fact.slice(0, 200))
    .join(" · ");
}

function warningList({ warnings }: ReportData): Html {
  if (warnings.length === 0) return html``;
  const items = warnings.map(
    ({ step, message }) => html`<li><strong>From step ${step}:</strong> ${message.slice(0, 1000)}</li>`,
  );
  return html`<ul class="warnings" aria-label="Warnings">${items}</ul>\n`;
}

function momentSection({ ahaMoments, firstMoments, task, figures }: ReportData): Html {
  if (figures.metrics.length === 0) return html``;
  const none =
    task?.attempts === undefined
      ? "This task doesn't tell candidates apart, so corrections can't be found."
      : "None: no problem that was answered wrong came back in a later step and was answered right by a correction.";
  const lead =
    ahaMoments === 0
      ? none
      : `${ahaMoments} ${ahaMoments === 1 ? "problem" : "problems"} answered wrong at one step, and at a later one right by a correction inside the completion. The first of them:`;
  const shown = firstMoments.map(({ moment, stored }) =>
    completionHtml(`Wrong at step ${moment.wrongAt}, corrected at step ${moment.step}`, stored, task ?? {}),
  );
  return html`<section><h2>Aha moments</h2><p class="lead">${lead}</p><div class="completions">${shown}</div></section>\n`;
}

function timeSection({ problem, task }: ReportData): Html {
  if (problem === null) return html``;
  const completions = problem.evaluations.map(({ step, right, of, first }) =>
    completionHtml(`Step ${step}: ${right} of ${of} right`, first, task ?? {}),
  );
  const lead =
    "A problem that was never trained on, asked at several steps with the same random draws; the first sample of each.";
  return html`<section><h2>One problem through time</h2><p class="lead">${lead}</p><div class="completions">${completions}</div></section>\n`;
}

function rolloutSection({ chosen, task }: ReportData): Html {
  if (chosen.length === 0) return html``;
  const cards = chosen.map(({ why, stored }) =>
    completionHtml(`${why.charAt(0).toUpperCase()}${why.slice(1)}`, stored, task ?? {}),
  );
  return html`<section><h2>Rollouts</h2><div class="completions">${cards}</div></section>\n`;
}
