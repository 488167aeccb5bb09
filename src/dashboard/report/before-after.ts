import { formatValue } from "../../figures/index.ts";
import type { FirstSample } from "../../records/metrics.ts";
import type { StoredEvaluation } from "../../store/index.ts";
import { textHtml } from "./completion-html.ts";
import { html, type Html } from "./html.ts";

/** Characters of a question that are shown. */
const LONGEST_QUESTION = 500;

/** What training did, first: held-out accuracy before and after, and one problem that was wrong and became right. */
export function beforeAfterSection(evaluations: readonly StoredEvaluation[]): Html {
  const before = evaluations.find(({ name }) => name === "before");
  const after = evaluations.findLast(({ name }) => name === "after");
  if (before === undefined || after === undefined) return html``;
  const share = ({ result }: StoredEvaluation): string =>
    `${formatValue("percent", result.accuracy)} ± ${formatValue("percent", result.standardError)}`;
  const lead = `Right answers on held-out problems: ${share(before)} before, ${share(after)} after ${after.step} steps (± standard error).`;
  const turned = turnedProblem(before.result.firstSamples ?? [], after.result.firstSamples ?? []);
  return html`<section><h2>Before and after</h2><p class="lead">${lead}</p>${turned === null ? html`` : turnedHtml(turned)}</section>\n`;
}

interface Turned {
  readonly before: FirstSample;
  readonly after: FirstSample;
}

/** The problem that was wrong and became right with the longest answer that a reader takes in at a glance. */
function turnedProblem(before: readonly FirstSample[], after: readonly FirstSample[]): Turned | null {
  const MOST = 400;
  const turned = after.flatMap((sample, i): Turned[] => {
    const first = before[i];
    const isTurned =
      first !== undefined && first.question === sample.question && first.score === 0 && sample.score === 1;
    return isTurned && sample.text.length <= MOST ? [{ before: first, after: sample }] : [];
  });
  return turned.reduce<Turned | null>(
    (best, one) => (best === null || one.after.text.length > best.after.text.length ? one : best),
    null,
  );
}

function turnedHtml({ before, after }: Turned): Html {
  const card = (title: string, kind: "right" | "wrong", { text }: FirstSample): Html =>
    html`<article class="completion"><h3>${title}</h3><p class="facts"><span class="${kind}">${kind}</span></p><p class="text" dir="ltr">${textHtml(text, [])}</p></article>`;
  return html`<p class="facts"><bdi>${after.question.slice(0, LONGEST_QUESTION)}</bdi></p><div class="completions">${card("Before", "wrong", before)}${card("After", "right", after)}</div>`;
}
