import type { VNode } from "preact";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { signedText } from "../../dashboard/ui/shell/words.ts";
import { formatValue } from "../../draw/number-format.ts";
import type { LookAfter, SeenRollout } from "../messages.ts";
import { say } from "../words/say.ts";
import { Fixed, Formula, Nth, Piece, PolicyOf, toneOf, Value } from "./formula.tsx";
import { isRight } from "./group-sums.ts";
import { changeBySign, movedCompletions, type MovedCompletion } from "./moved-tokens.ts";
import { AnswerChoice, VerdictMark, SignedBar, TokenColumns } from "./parts.tsx";
import type { SceneProps } from "./scene-props.ts";
import { percentText } from "./writing-scene.tsx";
import { Said } from "../glossary/said.tsx";

/** What the update did to the same tokens, and new samples of the same question. */
export function AfterScene(props: SceneProps): VNode {
  const { look, isNewest, onLook, step } = props;
  if (look !== null) return <Looked {...props} look={look} />;
  if (!isNewest) return <p class="scene-sentence">{say("oneStep.movedOn", { step: step.metrics.step })}</p>;
  return (
    <>
      <p class="scene-sentence">
        <Said name="oneStep.notLooked" />
      </p>
      <button type="button" class="button primary" onClick={onLook}>
        {say("oneStep.inside")}
      </button>
    </>
  );
}

function Looked({ group, chosen, onChosen, look }: SceneProps & { readonly look: LookAfter }): VNode {
  const moved = movedCompletions(group, look);
  const { up, down } = changeBySign(moved);
  const one = moved[chosen]!;
  const largest = Math.max(1e-9, ...moved.map(({ meanChange }) => Math.abs(meanChange)));
  return (
    <>
      <p class="scene-sentence">
        {group.signal ? say("oneStep.afterSentence") : say("oneStep.afterNoSignal")}
        {up !== null && ` ${say("oneStep.meanUp", { change: signedText(up, 3) })}`}
        {down !== null && ` ${say("oneStep.meanDown", { change: signedText(down, 3) })}`}
      </p>
      <AnswerChoice group={group} chosen={chosen} onChosen={onChosen} />
      <AfterFormula one={one} sample={chosen} />
      <ol class="bars after-bars">
        {moved.map(({ rollout, meanChange, before, after }, sample) => (
          <li key={sample} class={sample === chosen ? "chosen" : undefined}>
            <span>
              {sample + 1} <VerdictMark rollout={rollout} />
            </span>
            <SignedBar value={meanChange} largest={largest} />
            <span class={toneOf(meanChange)}>{signedText(meanChange, 3)}</span>
            <span class="faint">{say("oneStep.times", { times: timesText(after - before) })}</span>
          </li>
        ))}
      </ol>
      <h4>{say("oneStep.tokensOf", { number: chosen + 1 })}</h4>
      <p class="scene-note pair-legend">
        <span class="pair-before">{say("oneStep.before")}</span> <span class="pair-after">{say("oneStep.after")}</span>
      </p>
      <TokenColumns
        pieces={one.tokens.map(({ piece }) => piece)}
        draw={(token) => <Pair {...one.tokens[token]!} />}
        title={(token) => `${percentText(one.tokens[token]!.before)} → ${percentText(one.tokens[token]!.after)}`}
      />
      <Samples old={group.rollouts} fresh={look.samples} />
    </>
  );
}

/** A token's probability before and after: two bars. */
function Pair({ before, after }: { readonly before: number; readonly after: number }): VNode {
  return (
    <svg class="pair" viewBox="0 0 16 30" aria-hidden="true">
      <rect x="2" y={28 - before * 26} width="5" height={before * 26} class="pair-before" />
      <rect x="9" y={28 - after * 26} width="5" height={after * 26} class={pairClass(after - before)} />
      <line x1="0" x2="16" y1="28.5" y2="28.5" class="zero" />
    </svg>
  );
}

/** What changed by less than can be seen has no colour. */
function pairClass(change: number): string {
  if (Math.abs(change) < 0.005) return "pair-same";
  return change < 0 ? "fill-down" : "fill-up";
}

function AfterFormula({ one, sample }: { readonly one: MovedCompletion; readonly sample: number }): VNode {
  const { before, after } = one;
  const answer = (at: string): VNode => (
    <>
      <mi>log</mi>
      <PolicyOf at={<mtext>{at}</mtext>}>
        <Nth of="o" sample={sample} />
      </PolicyOf>
    </>
  );
  return (
    <Formula>
      <Piece>
        {answer(say("oneStep.after"))}
        <mo>−</mo>
        {answer(say("oneStep.before"))}
      </Piece>
      <Piece>
        <mo>=</mo>
        <mn>{signedText(after, 2)}</mn>
        <mo>−</mo>
        <Fixed>(</Fixed>
        <mn>{signedText(before, 2)}</mn>
        <Fixed>)</Fixed>
      </Piece>
      <Piece>
        <mo>=</mo>
        <Value of={Number((after - before).toFixed(2))} signed />
      </Piece>
    </Formula>
  );
}

function timesText(change: number): string {
  const times = Math.exp(change);
  return times >= 1000 || times < 0.001 ? times.toExponential(1).replace("-", "−") : formatValue("decimal", times);
}

interface SamplesProps {
  readonly old: readonly SeenRollout[];
  readonly fresh: readonly SeenRollout[];
}

function Samples({ old, fresh }: SamplesProps): VNode {
  const right = (rollouts: readonly SeenRollout[]): number => rollouts.filter(isRight).length;
  return (
    <>
      <h4>{say("oneStep.samplesTitle", { count: fresh.length })}</h4>
      <p class="samples-counts" data-before={right(old)} data-after={right(fresh)}>
        {say("oneStep.samplesCounts", { before: right(old), after: right(fresh), of: fresh.length })}
      </p>
      <div class="samples">
        <SampleList title={say("oneStep.before")} rollouts={old} />
        <SampleList title={say("oneStep.after")} rollouts={fresh} />
      </div>
      <p class="scene-note">
        <Said name="oneStep.chanceNote" values={{ count: fresh.length }} />
      </p>
    </>
  );
}

function SampleList({ title, rollouts }: { readonly title: string; readonly rollouts: readonly SeenRollout[] }): VNode {
  return (
    <div>
      <h5>{title}</h5>
      <ol>
        {rollouts.map((rollout, sample) => (
          <li key={sample}>
            <VerdictMark rollout={rollout} />{" "}
            <span class="token-text">
              {rollout.answer === null ? say("oneStep.noAnswer") : <PlainText text={rollout.answer} />}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
