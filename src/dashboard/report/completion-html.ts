import { lengthText } from "../../text/length-text.ts";
import { rolloutSpans, type CompletionSpan, type SpanFacts } from "../../emergence/index.ts";
import type { StoredRollout } from "../../store/index.ts";
import { verdictReason } from "../../verifiers/verdict-score.ts";
import { formatValue } from "../../figures/index.ts";
import { isRejection, SPAN_NAMES } from "../text/span-names.ts";
import { textSegments } from "../text/text-segments.ts";
import { escapeMarkup } from "../../text/escape-markup.ts";
import { visibleParts } from "../../text/visible-text.ts";
import { html, Html } from "./html.ts";

/** Of a longer text only the beginning is shown, in UTF-16 units. */
const MOST = 3000;

/** A completion with its facts, its reflections, rejected candidates, corrections and answer marked. */
export function completionHtml(title: string, stored: StoredRollout, facts: SpanFacts): Html {
  const { step, problemId, prompt, rollout, reward, advantage } = stored;
  const { verdict } = reward;
  const word = verdict.kind === "partly" ? `partly right (${verdict.score})` : verdict.kind;
  const reason = verdictReason(verdict);
  const outcome = reason === null ? word : `${word}: ${reason.slice(0, 200)}`;
  const rest = [
    `${lengthText(rollout)}${rollout.stop === "length" ? ", cut at the limit" : ""}`,
    `reward ${formatValue("decimal", reward.total)}`,
    ...(advantage === null ? [] : [`advantage ${formatValue("decimal", advantage)}`]),
  ];
  const spans = rolloutSpans(stored, facts);
  return html`<article class="completion"><h3>${title}</h3>
<p class="facts"><span class="${verdict.kind}">${outcome}</span> · step ${step} · <bdi>${problemId.slice(0, 200)}</bdi> · ${rest.join(" · ")}</p>
<p class="text" dir="ltr"><span class="prompt">${textHtml(prompt, [])}</span>${textHtml(rollout.text, spans)}</p></article>`;
}

/** A text of a model or a user: marked where it has spans, with what can't be seen made visible. */
export function textHtml(text: string, spans: readonly CompletionSpan[]): Html {
  const shown = text.slice(0, wholeCharacters(text, MOST));
  const parts = textSegments(shown, spans, null).map(({ text: part, kind }) => {
    const content = new Html(
      visibleParts(part)
        .map((one) =>
          "text" in one
            ? escapeMarkup(one.text)
            : `<span class="control" title="${escapeMarkup(one.name)}">${escapeMarkup(one.control)}</span>`,
        )
        .join(""),
    );
    if (kind === null) return content;
    const name = SPAN_NAMES[kind];
    return isRejection(kind)
      ? html`<s class="${kind}" title="${name}">${content}</s>`
      : html`<mark class="${kind}" title="${name}">${content}</mark>`;
  });
  return html`${parts}${shown.length < text.length && html`<span class="more"> … ${text.length - shown.length} more characters</span>`}`;
}

/** Not more than so many UTF-16 units, and no half of a character. */
function wholeCharacters(text: string, units: number): number {
  return text.length > units && /[\ud800-\udbff]/.test(text.charAt(units - 1)) ? units - 1 : units;
}
