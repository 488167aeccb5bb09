import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { signedText } from "../../dashboard/ui/shell/words.ts";
import { formatValue } from "../../draw/number-format.ts";
import { sum } from "../../numbers/sum.ts";
import type { TabSettings } from "../settings.ts";
import { say, type TextName } from "../words/say.ts";
import { Fixed, Formula, Mean, Nth, Piece, toneOf, Value } from "./formula.tsx";
import { advantagesBy, whyNoSignal, type GroupSums, type NoSignal } from "./group-sums.ts";
import { AnswerChoice, VerdictMark, SignedBar } from "./parts.tsx";
import type { SceneProps } from "./scene-props.ts";
import { Said } from "../glossary/said.tsx";

type Baseline = TabSettings["baseline"];
type View = "own" | "other" | "all right";

const SENTENCES: Readonly<Record<Baseline, TextName>> = {
  "mean-centred": "oneStep.centredSentence",
  "group-relative": "oneStep.relativeSentence",
  "leave-one-out": "oneStep.othersSentence",
  none: "oneStep.noneSentence",
};

export const NO_SIGNAL_TEXTS: Readonly<Record<NoSignal, TextName>> = {
  unverifiable: "oneStep.noneScored",
  "one scored": "oneStep.oneScored",
  "all right": "oneStep.allRight",
  "all wrong": "oneStep.allWrong",
  "all equal": "oneStep.allEqual",
};

/** Each completion against its group. */
export function AdvantageScene({ settings, group, sums, chosen, onChosen }: SceneProps): VNode {
  const [view, setView] = useState<View>("own");
  const other: Baseline = settings.baseline === "group-relative" ? "mean-centred" : "group-relative";
  const baseline = view === "other" ? other : settings.baseline;
  const rewards = view === "all right" ? sums.rewards.map(() => 1) : sums.rewards;
  const advantages =
    view === "own" ? group.rollouts.map(({ advantage }) => advantage) : advantagesBy(baseline, rewards);
  const why = view === "all right" ? "all right" : whyNoSignal(group);
  const views: readonly (readonly [View, TextName])[] = [
    ["own", "oneStep.viewOwn"],
    ["other", other === "group-relative" ? "oneStep.viewPaper" : "oneStep.viewCentred"],
    ["all right", "oneStep.viewAllRight"],
  ];
  return (
    <>
      <p class="scene-sentence">
        <Said name={why === null ? SENTENCES[baseline] : NO_SIGNAL_TEXTS[why]} />
      </p>
      <fieldset class="views">
        <legend class="unseen">{say("oneStep.views")}</legend>
        {views.map(([name, text]) => (
          <label key={name}>
            <input type="radio" name="one-step-view" checked={view === name} onChange={() => setView(name)} />{" "}
            {say(text)}
          </label>
        ))}
      </fieldset>
      <AnswerChoice group={group} chosen={chosen} onChosen={onChosen} />
      {view === "all right" ? (
        <AllRightFormula count={rewards.length} sample={chosen} />
      ) : (
        <AdvantageFormula {...{ baseline, sums, sample: chosen, advantage: advantages[chosen] ?? null }} />
      )}
      <AdvantageBars group={group} advantages={advantages} chosen={chosen} />
      {why === null && baseline !== "none" && (
        <p class="scene-note">
          {say("oneStep.sumNote", { sum: formatValue("decimal", rounded(sum(advantages.map((value) => value ?? 0)))) })}
          {baseline === "group-relative" && ` ${say("oneStep.deviationNote")}`}
        </p>
      )}
    </>
  );
}

/** What is left of rounding isn't shown. */
function rounded(value: number): number {
  return Math.abs(value) < 1e-9 ? 0 : value;
}

interface BarsProps extends Pick<SceneProps, "group" | "chosen"> {
  readonly advantages: readonly (number | null)[];
}

function AdvantageBars({ group, advantages, chosen }: BarsProps): VNode {
  const largest = Math.max(1, ...advantages.map((value) => Math.abs(value ?? 0)));
  return (
    <ol class="bars">
      {group.rollouts.map((rollout, sample) => {
        const advantage = advantages[sample] ?? null;
        return (
          <li key={sample} class={sample === chosen ? "chosen" : undefined}>
            <span>
              {sample + 1} <VerdictMark rollout={rollout} />
            </span>
            <SignedBar value={advantage ?? 0} largest={largest} />
            <span class={toneOf(advantage)}>
              {advantage === null ? say("oneStep.nothing") : signedText(advantage, 3)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

interface FormulaProps {
  readonly baseline: Baseline;
  readonly sums: GroupSums;
  readonly sample: number;
  readonly advantage: number | null;
}

function AdvantageFormula({ baseline, sums, sample, advantage }: FormulaProps): VNode {
  const reward = sums.rewards[sample] ?? null;
  const result = advantage === null ? <mtext>{say("oneStep.nothing")}</mtext> : <Value of={advantage} signed />;
  if (reward === null || sums.mean === null)
    return (
      <Formula>
        <Piece>
          <Nth of="A" sample={sample} />
          <mo>=</mo>
          {result}
        </Piece>
      </Formula>
    );
  return (
    <Formula>
      <Piece>
        <Nth of="A" sample={sample} />
        <mo>=</mo>
        <Symbols baseline={baseline} sample={sample} />
      </Piece>
      <Piece>
        <mo>=</mo>
        <Numbers baseline={baseline} reward={reward} mean={sums.mean} sums={sums} />
      </Piece>
      <Piece>
        <mo>=</mo>
        {result}
      </Piece>
    </Formula>
  );
}

function Symbols({ baseline, sample }: { readonly baseline: Baseline; readonly sample: number }): VNode {
  const reward = <Nth of="r" sample={sample} />;
  switch (baseline) {
    case "none":
      return reward;
    case "mean-centred":
      return (
        <>
          {reward}
          <mo>−</mo>
          <Mean />
        </>
      );
    case "leave-one-out":
      return (
        <>
          {reward}
          <mo>−</mo>
          <mtext>{say("oneStep.meanOfOthers")}</mtext>
        </>
      );
    case "group-relative":
      return (
        <mfrac>
          <mrow>
            {reward}
            <mo>−</mo>
            <Mean />
          </mrow>
          <mrow>
            <mi>std</mi>
            <Fixed>(</Fixed>
            <mi>r</mi>
            <Fixed>)</Fixed>
          </mrow>
        </mfrac>
      );
  }
}

interface NumbersProps {
  readonly baseline: Baseline;
  readonly reward: number;
  readonly mean: number;
  readonly sums: GroupSums;
}

function Numbers({ baseline, reward, mean, sums }: NumbersProps): VNode {
  const less = (centre: number): VNode => (
    <mrow>
      <Value of={reward} />
      <mo>−</mo>
      <Value of={centre} />
    </mrow>
  );
  switch (baseline) {
    case "none":
      return <Value of={reward} />;
    case "mean-centred":
      return less(mean);
    case "leave-one-out":
      return less((sum(sums.scored) - reward) / Math.max(1, sums.scored.length - 1));
    case "group-relative":
      return (
        <mfrac>
          {less(mean)}
          <Value of={sums.deviation ?? 0} />
        </mfrac>
      );
  }
}

function AllRightFormula({ count, sample }: { readonly count: number; readonly sample: number }): VNode {
  return (
    <Formula>
      <Piece>
        <Nth of="A" sample={sample} />
        <mo>=</mo>
        <mn>1</mn>
        <mo>−</mo>
        <mfrac>
          <mn>{count}</mn>
          <mn>{count}</mn>
        </mfrac>
        <mo>=</mo>
        <mn>0</mn>
      </Piece>
    </Formula>
  );
}
