import { lengthText } from "../../../text/length-text.ts";
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { CompletionDetail, ProblemHistory } from "../../api.ts";
import { CompletionText, PlainText } from "../completions/completion-text.tsx";
import { ChangedText } from "../completions/changed-text.tsx";
import { runPath } from "../live/api-client.ts";
import { useIndexed } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { addressOf, groupAddress } from "../shell/route.ts";
import { VerdictBadge } from "../shell/state-badge.tsx";
import { numberText, plural, shareText } from "../shell/words.ts";

type Visit = ProblemHistory["visits"][number];
type Choice = "best" | "typical" | "first";

const CHOICES: readonly (readonly [Choice, string])[] = [
  ["best", "best reward"],
  ["typical", "middle length"],
  ["first", "first sample"],
];

/** Visits on the page at first: a long run may have come by many times. */
const MOST_VISITS = 60;

/** One problem at every step that sampled it, each time with what changed since the last. */
export function ProblemView({ run, problem }: { readonly run: string; readonly problem: string }): VNode {
  const { answer, failure } = useIndexed<ProblemHistory>(runPath(run, "problems", problem));
  const [choice, setChoice] = useState<Choice>("best");
  const [changes, setChanges] = useState(true);
  if (answer === null) return failure === null ? <Loading /> : <Failure failure={failure} />;
  const visits = answer.visits.slice(0, MOST_VISITS);
  return (
    <>
      {failure !== null && <Failure failure={failure} />}
      <div class="subheading">
        <h2>
          <PlainText text={answer.id} /> through time
        </h2>
        <p class="sub">
          {plural(answer.visits.length, "visit")}
          {answer.visits.length > MOST_VISITS && `, the first ${MOST_VISITS} here`}, difficulty{" "}
          {numberText(answer.difficulty, 2)}{" "}
          <a href={`${addressOf("run", run, "rollouts")}?${new URLSearchParams({ problem: answer.id })}`}>
            All its rollouts
          </a>
        </p>
      </div>
      <details class="card prompt" open={answer.prompt.length < 600}>
        <summary>Prompt</summary>
        <CompletionText text={answer.prompt} />
      </details>
      <form class="filters" aria-label="What is shown of each visit" onSubmit={(event) => event.preventDefault()}>
        <label>
          Of each visit the completion with
          <select value={choice} onChange={(event) => setChoice(event.currentTarget.value as Choice)}>
            {CHOICES.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <label class="check">
          <input type="checkbox" checked={changes} onChange={(event) => setChanges(event.currentTarget.checked)} /> mark
          what changed: <ins>new</ins> <del>gone</del>
        </label>
      </form>
      {visits.length === 0 && <Notice>It was not sampled yet.</Notice>}
      <ol class="visits-list">
        {visits.map((visit, i) => {
          const before = visits[i - 1];
          return (
            <VisitCard
              key={visit.step}
              run={run}
              visit={visit}
              shown={chosen(visit, choice)}
              before={before === undefined || !changes ? null : chosen(before, choice)}
            />
          );
        })}
      </ol>
    </>
  );
}

interface VisitCardProps {
  readonly run: string;
  readonly visit: Visit;
  readonly shown: CompletionDetail | null;
  /** What is compared with; null: nothing. */
  readonly before: CompletionDetail | null;
}

function VisitCard({ run, visit, shown, before }: VisitCardProps): VNode {
  const kinds = visit.completions.map(({ rollout }) => rollout.reward.verdict.kind);
  const right = kinds.filter((kind) => kind === "right").length;
  const judged = kinds.filter((kind) => kind !== "unverifiable").length;
  return (
    <li class="completion visit">
      <header>
        <h3>Step {visit.step}</h3>
        <span>
          {right} of {judged} right <span class="faint">({shareText(visit.accuracy)})</span>
          {judged < kinds.length && <span class="faint">, {kinds.length - judged} unverifiable</span>}
        </span>
        <span class="faint">mean length {numberText(visit.meanLength)}</span>
        {shown !== null && shown.rollout.problemIndex !== undefined && (
          <a
            href={groupAddress(run, visit.step, shown.rollout.problemIndex, shown.rollout.rollout.sample)}
            aria-label={`Open the group of step ${visit.step}`}
          >
            Open the group
          </a>
        )}
      </header>
      {shown !== null && (
        <>
          <p class="shown">
            <VerdictBadge verdict={shown.rollout.reward.verdict.kind} />{" "}
            <span class="faint">
              no. {shown.rollout.rollout.sample + 1}, {lengthText(shown.rollout.rollout)}
            </span>
          </p>
          {before === null ? (
            <CompletionText text={shown.rollout.rollout.text} spans={shown.spans} />
          ) : (
            <ChangedText before={before.rollout.rollout.text} after={shown.rollout.rollout.text} />
          )}
        </>
      )}
    </li>
  );
}

function chosen({ completions }: Visit, choice: Choice): CompletionDetail | null {
  if (choice === "first") return completions[0] ?? null;
  if (choice === "typical") {
    const byLength = [...completions].sort((a, b) => a.rollout.rollout.tokens.length - b.rollout.rollout.tokens.length);
    return byLength[Math.floor((byLength.length - 1) / 2)] ?? null;
  }
  return completions.reduce<CompletionDetail | null>(
    (best, one) =>
      best === null || (one.rollout.reward.total ?? -Infinity) > (best.rollout.reward.total ?? -Infinity) ? one : best,
    null,
  );
}
