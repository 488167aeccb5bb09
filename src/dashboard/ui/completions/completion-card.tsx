import { lengthText } from "../../../text/length-text.ts";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { CompletionDetail } from "../../api.ts";
import { Term } from "../shell/term.tsx";
import { VerdictBadge } from "../shell/state-badge.tsx";
import { numberText, shareText, signedText } from "../shell/words.ts";
import { CompletionText, PlainText } from "./completion-text.tsx";

export interface CompletionCardProps {
  readonly completion: CompletionDetail;
  readonly shaded: boolean;
  /** Came here by a link to this one. */
  readonly lookedFor: boolean;
}

/** A completion with what it earned, and for what. */
export function CompletionCard({
  completion: { rollout: stored, pieces, spans },
  shaded,
  lookedFor,
}: CompletionCardProps): VNode {
  const { rollout, reward, advantage } = stored;
  const tokens = useMemo(
    () => (shaded && pieces !== null && rollout.logprobs.length > 0 ? { pieces, logprobs: rollout.logprobs } : null),
    [shaded, pieces],
  );
  const { verdict } = reward;
  return (
    <article
      class={lookedFor ? "completion looked-for" : "completion"}
      id={`sample-${rollout.sample}`}
      aria-label={`Completion ${rollout.sample + 1}`}
    >
      <header>
        <h3>No. {rollout.sample + 1}</h3>
        <VerdictBadge verdict={verdict.kind} />
        {verdict.kind === "partly" && <span class="faint">{shareText(verdict.score)} </span>}
        <span class="faint">
          {lengthText(rollout)}
          {rollout.stop === "length" && <span class="cut"> cut at the limit</span>}
        </span>
      </header>
      {verdict.kind !== "right" && verdict.reason !== undefined && verdict.reason !== "" && (
        <p class="reason">
          <PlainText text={verdict.reason} />
        </p>
      )}
      <CompletionText text={rollout.text} spans={spans} tokens={tokens} />
      <dl class="earned">
        <div>
          <dt>
            <Term name="reward">Reward</Term>
          </dt>
          <dd>{numberText(reward.total, 2)}</dd>
        </div>
        {Object.entries(reward.breakdown).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{numberText(value, 2)}</dd>
          </div>
        ))}
        <div>
          <dt>
            <Term name="advantage">Advantage</Term>
          </dt>
          <dd class={signClass(advantage)}>{advantage === null ? "none" : signedText(advantage, 2)}</dd>
        </div>
      </dl>
    </article>
  );
}

/** How a value's sign is coloured; undefined where it has none. */
function signClass(value: number | null): "up" | "down" | undefined {
  if (value === null || value === 0) return undefined;
  return value > 0 ? "up" : "down";
}
