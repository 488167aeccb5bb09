import type { StoredEvaluation } from "../../store/index.ts";
import { formatValue } from "../../figures/index.ts";
import { html, type Html } from "./html.ts";

/** The evaluations in the order of steps. */
export function evaluationTable(evaluations: readonly StoredEvaluation[]): Html {
  if (evaluations.length === 0) return html``;
  const percent = (value: number | null | undefined): string => formatValue("percent", value);
  const rows = evaluations.map(
    ({ name, step, result }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td class="n">${step}</td>
        <td class="n">${percent(result.accuracy)} ± ${percent(result.standardError)}</td>
        <td class="n">${percent(result.majorityAccuracy)}</td>
        <td class="n">${percent(result.greedyAccuracy)}</td>
        <td class="n">${formatValue("decimal", result.meanLength)}</td>
        <td class="n">${percent(result.selfCorrectionShare)}</td>
        <td class="n">${percent(result.truncatedShare)}</td>
        <td class="n">${result.problems} × ${result.samples}</td>
      </tr>`,
  );
  const heads = [
    "step",
    "pass@1 ± standard error",
    "majority vote",
    "greedy",
    "length, tokens",
    "corrects itself",
    "cut",
    "problems × samples",
  ];
  return html`<section>
    <h2>Evaluations</h2>
    <div class="scroll">
      <table>
        <caption>
          On problems that were not trained on
        </caption>
        <thead>
          <tr>
            <th scope="col">when</th>
            ${heads.map((head) => html`<th scope="col" class="n">${head}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section> `;
}

/** Everything that decided what the run computes. */
export function settingsTable(config: Readonly<Record<string, unknown>>): Html {
  const rows = flatSettings(config).map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${clipped(name)}</th>
        <td><bdi>${clipped(value)}</bdi></td>
      </tr>`,
  );
  return html`<section>
    <h2>Settings</h2>
    <div class="scroll">
      <table class="settings">
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section> `;
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
