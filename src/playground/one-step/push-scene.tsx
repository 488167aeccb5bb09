import type { VNode } from "preact";
import { formatValue } from "../../draw/number-format.ts";
import { say } from "../words/say.ts";
import { NO_SIGNAL_TEXTS } from "./advantage-scene.tsx";
import { FenceDrawing } from "./fence-drawing.tsx";
import { Fixed, Formula, Name, Nth, Piece, PolicyOf, toneOf, TokenOf, Value } from "./formula.tsx";
import { whyNoSignal } from "./group-sums.ts";
import { AnswerChoice, VerdictMark, TokenColumns } from "./parts.tsx";
import type { SceneProps } from "./scene-props.ts";
import { FENCE, learntFrom, ratiosAfter, tokenPush } from "./token-push.ts";
import { Said } from "../glossary/said.tsx";

/** Which way each token's log-probability is pushed, and where the push would end. */
export function PushScene({ step, group, chosen, onChosen, look }: SceneProps): VNode {
  const why = whyNoSignal(group);
  const learnt = learntFrom(step.groups);
  const pushes = group.rollouts.map((rollout) => tokenPush(rollout, learnt));
  const largest = Math.max(...pushes.map(Math.abs));
  const push = pushes[chosen] ?? 0;
  const { pieces, advantage } = group.rollouts[chosen]!;
  const after = look === null ? null : ratiosAfter(group, look.logprobs);
  const tokens = group.rollouts.reduce((count, { rollout }) => count + rollout.tokens.length, 0);
  return (
    <>
      <p class="scene-sentence">
        <Said name={why === null ? "oneStep.pushSentence" : NO_SIGNAL_TEXTS[why]} />
      </p>
      <AnswerChoice group={group} chosen={chosen} onChosen={onChosen} />
      {why === null && (
        <PushFormula sample={chosen} tokens={pieces.length} {...{ advantage: advantage ?? 0, learnt, push }} />
      )}
      <ol class="bars push-bars">
        {group.rollouts.map((rollout, sample) => (
          <li key={sample} class={sample === chosen ? "chosen" : undefined}>
            <span>
              {sample + 1} <VerdictMark rollout={rollout} />
            </span>
            <span class="push-arrow">
              <Arrow push={pushes[sample] ?? 0} largest={largest} />
            </span>
            <span class={toneOf(pushes[sample] ?? 0)}>{pushText(pushes[sample] ?? 0)}</span>
            <span class="faint">{say("oneStep.tokens", { tokens: rollout.pieces.length })}</span>
          </li>
        ))}
      </ol>
      {push !== 0 && (
        <>
          <h4>{say("oneStep.answer", { number: chosen + 1 })}</h4>
          <TokenColumns
            pieces={pieces}
            draw={() => <Arrow push={push} largest={largest} />}
            title={() => pushText(push)}
          />
          <p class="scene-note">
            <Said name="oneStep.creditNote" />
          </p>
        </>
      )}
      <h4>{say("oneStep.fenceTitle")}</h4>
      <p>
        <Said name="oneStep.fenceSentence" values={{ low: fenceText(FENCE.low), high: fenceText(FENCE.high) }} />
      </p>
      <FenceFormula />
      <FenceDrawing tokens={tokens} after={after} />
      <p class="scene-note">
        {say("oneStep.clippedNote", { share: formatValue("percent", step.metrics.clipFraction) })}
        {after !== null && why === null && ` ${say("oneStep.cutNote", { cut: after.cut, of: after.ratios.length })}`}
      </p>
      <p class="scene-note">
        {say("oneStep.updateNote", { learnt, groups: step.groups.filter(({ signal }) => signal).length })}
      </p>
    </>
  );
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A power as the formula above writes it. */
function raised(power: string): string {
  return power.replace("-", "⁻").replaceAll(/\d/g, (digit) => RAISED.charAt(Number(digit)));
}

function fenceText(value: number): string {
  return formatValue("decimal", value);
}

function pushText(push: number): string {
  if (push === 0) return say("oneStep.nothing");
  const [digits, power] = Math.abs(push).toExponential(1).split("e") as [string, string];
  return `${push > 0 ? "+" : "−"}${digits}×10${raised(power)}`;
}

/** An arrow whose length is the push. */
function Arrow({ push, largest }: { readonly push: number; readonly largest: number }): VNode {
  const size = largest === 0 ? 0 : (Math.abs(push) / largest) * 20;
  if (push === 0) return <svg class="arrow" viewBox="0 0 12 24" aria-hidden="true" />;
  const head = Math.min(5, 2 + size / 4);
  const [from, to] = push > 0 ? [12 + size / 2, 12 - size / 2] : [12 - size / 2, 12 + size / 2];
  const back = push > 0 ? head : -head;
  return (
    <svg class={`arrow ${push > 0 ? "up" : "down"}`} viewBox="0 0 12 24" aria-hidden="true">
      <path d={`M6 ${from} V${to} M${6 - head} ${to + back} L6 ${to} L${6 + head} ${to + back}`} />
    </svg>
  );
}

interface PushFormulaProps {
  readonly sample: number;
  readonly advantage: number;
  readonly learnt: number;
  readonly tokens: number;
  readonly push: number;
}

function PushFormula({ sample, advantage, learnt, tokens, push }: PushFormulaProps): VNode {
  return (
    <Formula>
      <Piece>
        <mfrac>
          <mrow>
            <mo>∂</mo>
            <mi>J</mi>
          </mrow>
          <mrow>
            <mo>∂</mo>
            <mi>log</mi>
            <PolicyOf>
              <TokenOf sample={sample} />
            </PolicyOf>
          </mrow>
        </mfrac>
        <mo>=</mo>
        <mfrac>
          <Nth of="A" sample={sample} />
          <mrow>
            <mi>N</mi>
            <Fixed>|</Fixed>
            <Nth of="o" sample={sample} />
            <Fixed>|</Fixed>
          </mrow>
        </mfrac>
      </Piece>
      <Piece>
        <mo>=</mo>
        <mfrac>
          <Value of={advantage} />
          <mrow>
            <mn>{learnt}</mn>
            <mo>×</mo>
            <mn>{tokens}</mn>
          </mrow>
        </mfrac>
      </Piece>
      <Piece>
        <mo>=</mo>
        <Value of={push} signed />
      </Piece>
    </Formula>
  );
}

function FenceFormula(): VNode {
  return (
    <Formula>
      <Piece>
        <mi>min</mi>
        <Fixed>(</Fixed>
        <mi>ρ</mi>
        <mi>A</mi>
        <mo>,</mo>
        <mi>clip</mi>
        <Fixed>(</Fixed>
        <mi>ρ</mi>
        <mo>,</mo>
        <mn>{fenceText(FENCE.low)}</mn>
        <mo>,</mo>
        <mn>{fenceText(FENCE.high)}</mn>
        <Fixed>)</Fixed>
        <mi>A</mi>
        <Fixed>)</Fixed>
        <mo>,</mo>
      </Piece>
      <Piece>
        <mi>ρ</mi>
        <mo>=</mo>
        <mfrac>
          <Name of="π" at={<mi>θ</mi>} />
          <Name of="π" at={<mi>old</mi>} />
        </mfrac>
        <mo>=</mo>
        <mn>1</mn>
      </Piece>
    </Formula>
  );
}
