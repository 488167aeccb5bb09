import type { ComponentChildren, VNode } from "preact";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SeenRollout } from "../messages.ts";
import { say } from "../words/say.ts";
import { isRight } from "./group-sums.ts";
import type { SceneProps } from "./scene-props.ts";

/** Right, wrong, or neither, by a sign and a word that is heard. */
export function VerdictMark({ rollout }: { readonly rollout: SeenRollout }): VNode {
  if (rollout.reward.total === null)
    return (
      <span class="mark-open">
        <span aria-hidden="true">?</span>
        <span class="unseen">{say("oneStep.unscored")}</span>
      </span>
    );
  const right = isRight(rollout);
  return (
    <span class={right ? "up" : "down"}>
      <span aria-hidden="true">{right ? "✓" : "✗"}</span>
      <span class="unseen">{right ? say("oneStep.right") : say("oneStep.wrong")}</span>
    </span>
  );
}

/** Chooses the completion whose numbers stand in the formula. */
export function AnswerChoice({ group, chosen, onChosen }: Pick<SceneProps, "group" | "chosen" | "onChosen">): VNode {
  return (
    <div class="answer-choice" role="group" aria-label={say("oneStep.choose")}>
      <span class="faint" aria-hidden="true">
        {say("oneStep.choose")}
      </span>
      {group.rollouts.map((rollout, sample) => (
        <button type="button" key={sample} aria-pressed={sample === chosen} onClick={() => onChosen(sample)}>
          {sample + 1} <VerdictMark rollout={rollout} />
        </button>
      ))}
    </div>
  );
}

/** A value as a bar left or right of its zero. */
export function SignedBar({ value, largest }: { readonly value: number; readonly largest: number }): VNode {
  const width = largest === 0 ? 0 : Math.min(100, (Math.abs(value) / largest) * 100);
  return (
    <svg class="signed-bar" viewBox="-102 0 204 12" preserveAspectRatio="none" aria-hidden="true">
      <rect x={value < 0 ? -width : 0} y="2" width={width} height="8" class={value < 0 ? "fill-down" : "fill-up"} />
      <line x1="0" x2="0" y1="0" y2="12" class="zero" />
    </svg>
  );
}

/** Tokens in their order, each below a drawing of its own. */
export function TokenColumns({
  pieces,
  draw,
  title,
}: {
  readonly pieces: readonly string[];
  readonly draw: (token: number) => ComponentChildren;
  readonly title: (token: number) => string;
}): VNode {
  return (
    <div class="token-columns" dir="ltr">
      {pieces.map((piece, token) => (
        <span class="token-column" title={title(token)} key={token}>
          {draw(token)}
          <TokenText piece={piece} />
        </span>
      ))}
    </div>
  );
}

/** A token as text; the one that ends a completion has none. */
export function TokenText({ piece }: { readonly piece: string }): VNode {
  const text = piece.trim();
  return text === "" ? <span class="faint">{say("oneStep.end")}</span> : <PlainText text={text} />;
}
