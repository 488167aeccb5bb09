import type { StoredEvaluation } from "../../store/index.ts";
import { unjudgedText } from "../../text/format.ts";
import { formatValue } from "../../figures/index.ts";
import { html, type Html } from "./html.ts";

/** The evaluations in the order of steps. */
export function evaluationTable(evaluations: readonly StoredEvaluation[]): Html {
  if (evaluations.length === 0) return html``;
  const percent = (value: number | null | undefined): string => formatValue("percent", value);
  const rows = evaluations.map(({ name, step, result }) => {
    const cells = [
      step,
      `${percent(result.accuracy)} ± ${percent(result.standardError)}`,
      percent(result.majorityAccuracy),
      percent(result.greedyAccuracy),
      formatValue("decimal", result.meanLength),
      percent(result.selfCorrectionShare),
      percent(result.truncatedShare),
      `${result.problems} × ${result.samples}`,
    ].map((cell) => html`<td class="n">${cell}</td>`);
    return html`<tr><th scope="row">${name}</th>${cells}<td>${unjudgedText(result.unverifiable)}</td></tr>`;
  });
  const heads = [
    "step",
    "pass@1 ± standard error",
    "majority vote",
    "greedy",
    "length, tokens",
    "corrects itself",
    "cut",
    "problems × samples",
    "not judged",
  ].map((head) => html`<th scope="col" class="n">${head}</th>`);
  const top = html`<caption>On problems that were not trained on</caption><thead><tr><th scope="col">when</th>${heads}</tr></thead>`;
  return html`<section><h2>Evaluations</h2><div class="scroll"><table>${top}<tbody>${rows}</tbody></table></div></section>\n`;
}

/** Everything that decided what the run computes. */
export function settingsTable(config: Readonly<Record<string, unknown>>): Html {
  const rows = flatSettings(config).map(
    ([name, value]) => html`<tr><th scope="row">${clipped(name)}</th><td><bdi>${clipped(value)}</bdi></td></tr>`,
  );
  const table = html`<table class="settings"><tbody>${rows}</tbody></table>`;
  return html`<section><h2>Settings</h2><div class="scroll">${table}</div></section>\n`;
}

/** Nested settings by their path, `optimizer.learningRate`; lists stay whole. */
function flatSettings(config: Readonly<Record<string, unknown>>, path: string = ""): [string, string][] {
  return Object.entries(config).flatMap(([name, value]): [string, string][] =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? flatSettings(value as Readonly<Record<string, unknown>>, `${path}${name}.`)
      : [[`${path}${name}`, typeof value === "string" ? value : JSON.stringify(value)]],
  );
}

/** A template may be long; a report shows its beginning. */
function clipped(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)} …` : text;
}
