import type { VNode } from "preact";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { formatValue } from "../../draw/number-format.ts";
import type { SeenRollout } from "../messages.ts";
import type { TabSettings } from "../settings.ts";
import { say } from "../words/say.ts";
import { askedNumbers, workedAnswer, type AskedNumbers } from "./worked-answer.ts";
import { Formula, Nth, Piece, Value } from "./formula.tsx";
import { AnswerChoice, VerdictMark } from "./parts.tsx";
import { saidPart, saidReason } from "./said-reason.ts";
import type { SceneProps } from "./scene-props.ts";

/** Each answer, worked out. */
export function CheckerScene({ settings, group, sums, chosen, onChosen }: SceneProps): VNode {
  const asked = askedNumbers(group.prompt);
  return (
    <>
      <p class="scene-sentence">{checkerSentence(settings)}</p>
      <AnswerChoice group={group} chosen={chosen} onChosen={onChosen} />
      <RewardFormula rollout={group.rollouts[chosen]!} sample={chosen} asked={asked} settings={settings} />
      <table class="checked">
        <caption class="unseen">{say("oneStep.tabChecker")}</caption>
        <thead>
          <tr>
            <th scope="col">{say("oneStep.number")}</th>
            <th scope="col">{say("oneStep.answerColumn")}</th>
            <th scope="col">{say("oneStep.makes")}</th>
            <th scope="col">{say("oneStep.reward")}</th>
          </tr>
        </thead>
        <tbody>
          {group.rollouts.map((rollout, sample) => (
            <CheckedRow key={sample} rollout={rollout} sample={sample} asked={asked} isChosen={sample === chosen} />
          ))}
        </tbody>
      </table>
      <p class="scene-note">
        {say("oneStep.checkerNote", { right: sums.right, of: group.rollouts.length })}
        {sums.scored.length < group.rollouts.length &&
          ` ${say("oneStep.unscoredNote", { count: group.rollouts.length - sums.scored.length })}`}
      </p>
    </>
  );
}

function checkerSentence({ rewards, accuracyWeight, formatWeight }: TabSettings): string {
  if (rewards === "length") return say("oneStep.lengthSentence");
  if (accuracyWeight === 1 && formatWeight === 0) return say("oneStep.checkerSentence");
  return say("oneStep.weightedSentence", { accuracy: accuracyWeight, format: formatWeight });
}

interface RowProps {
  readonly rollout: SeenRollout;
  readonly sample: number;
  readonly asked: AskedNumbers | null;
  readonly isChosen: boolean;
}

function CheckedRow({ rollout, sample, asked, isChosen }: RowProps): VNode {
  const { answer, reward } = rollout;
  const checked = answer === null || asked === null ? null : workedAnswer(answer, asked);
  const { verdict } = reward;
  return (
    <tr class={isChosen ? "chosen" : undefined}>
      <th scope="row">{sample + 1}</th>
      <td>
        {answer === null ? (
          <span class="faint">{say("oneStep.noAnswer")}</span>
        ) : (
          <span class="token-text">
            <PlainText text={answer} />
          </span>
        )}
        <span class="reason">
          {verdict.kind === "right" ? say("oneStep.eachOnce") : <PlainText text={saidReason(verdict.reason ?? "")} />}
          {rollout.rollout.stop === "length" && ` ${say("oneStep.cutAtLimit")}`}
        </span>
      </td>
      <td>{checked === null ? "–" : formatValue("decimal", checked.value)}</td>
      <td>
        <b>{formatValue("decimal", reward.total)}</b> <VerdictMark rollout={rollout} />
      </td>
    </tr>
  );
}

interface RewardFormulaProps {
  readonly rollout: SeenRollout;
  readonly sample: number;
  readonly asked: AskedNumbers | null;
  readonly settings: TabSettings;
}

/** The chosen answer's sum, and what it earns. */
function RewardFormula({ rollout, sample, asked, settings }: RewardFormulaProps): VNode {
  const { reward, answer } = rollout;
  const checked = answer === null || asked === null ? null : workedAnswer(answer, asked);
  const weights: Readonly<Record<string, number>> = {
    accuracy: settings.accuracyWeight,
    format: settings.formatWeight,
  };
  const parts = Object.entries(reward.breakdown).filter(([name]) => weights[name] !== 0);
  const isPlain = parts.length === 1 && (weights[parts[0]![0]] ?? 1) === 1;
  return (
    <Formula>
      {checked !== null && parts.some(([name]) => name === "accuracy") && (
        <Piece>
          <mtext>{(answer ?? "").trim().replaceAll("*", "×").replaceAll("-", "−")}</mtext>
          <mo>=</mo>
          <Value of={checked.value} />
          {!checked.makesTarget && (
            <>
              <mo>≠</mo>
              <mn>{asked?.target}</mn>
            </>
          )}
          <mo>⇒</mo>
        </Piece>
      )}
      <Piece>
        <Nth of="r" sample={sample} />
        <mo>=</mo>
        {!isPlain && parts.length > 0 && (
          <>
            {parts.map(([name, value], place) => (
              <mrow key={name}>
                {place > 0 && <mo>+</mo>}
                <Value of={weights[name] ?? 1} />
                <mo>×</mo>
                <Value of={value} />
                <mtext>{` (${saidPart(name)})`}</mtext>
              </mrow>
            ))}
            <mo>=</mo>
          </>
        )}
        {isPlain && parts[0]![0] !== "accuracy" && (
          <>
            <mtext>{saidPart(parts[0]![0])}</mtext>
            <mo>=</mo>
          </>
        )}
        {reward.total === null ? <mo>?</mo> : <Value of={reward.total} />}
      </Piece>
    </Formula>
  );
}
