import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CompletionDetail, GroupDetail } from "../../api.ts";
import { CompletionCard } from "../completions/completion-card.tsx";
import { CompletionText, PlainText } from "../completions/completion-text.tsx";
import { ReadingLegend } from "../completions/reading-legend.tsx";
import { runPath } from "../live/api-client.ts";
import { useFetched } from "../live/use-feeds.ts";
import { Failure, Loading } from "../shell/notice.tsx";
import { groupAddress, problemAddress } from "../shell/route.ts";
import { numberText, plural } from "../shell/words.ts";

export interface GroupViewProps {
  readonly run: string;
  readonly step: number;
  readonly index: number;
  /** The completion that was looked for; it comes first to the eye. */
  readonly sample: number | null;
}

/** The completions of one problem at one step, side by side. */
export function GroupView({ run, step, index, sample }: GroupViewProps): VNode {
  const { answer, failure } = useFetched<GroupDetail>(runPath(run, "groups", step, index));
  const [shaded, setShaded] = useState(true);
  const loaded = answer !== null && answer.step === step && answer.problemIndex === index;
  useEffect(() => {
    if (loaded && sample !== null) document.getElementById(`sample-${sample}`)?.scrollIntoView({ block: "center" });
  }, [loaded, sample]);
  if (failure !== null) return <Failure failure={failure} />;
  if (!loaded) return <Loading />;
  const right = answer.completions.filter(({ rollout }) => rollout.reward.verdict.kind === "right").length;
  const carries = answer.completions.some(({ rollout }) => rollout.advantage !== null && rollout.advantage !== 0);
  return (
    <>
      <div class="subheading">
        <h2>
          Step {step}, <PlainText text={answer.problemId} />
        </h2>
        <p class="sub">
          {right} of {plural(answer.completions.length, "completion")} right, difficulty{" "}
          {numberText(answer.difficulty, 2)}
          {!carries && ", no signal: nothing was learnt from it"}
        </p>
        <nav class="pager" aria-label="Groups of the step">
          {index > 0 && <a href={groupAddress(run, step, index - 1)}>Group before</a>}
          <a href={groupAddress(run, step, index + 1)}>Next group</a>
          <a href={problemAddress(run, answer.problemId)}>This problem through time</a>
        </nav>
      </div>
      <details class="card prompt" open={answer.prompt.length < 600}>
        <summary>Prompt</summary>
        <CompletionText text={answer.prompt} />
      </details>
      <ReadingLegend
        shaded={shaded}
        onShaded={setShaded}
        canShade={answer.completions.some(({ pieces }) => pieces !== null)}
      />
      <div class="completions">
        {answer.completions.map((completion) => (
          <CompletionCard
            key={sampleOf(completion)}
            completion={completion}
            shaded={shaded}
            lookedFor={sample === sampleOf(completion)}
          />
        ))}
      </div>
    </>
  );
}

function sampleOf({ rollout }: CompletionDetail): number {
  return rollout.rollout.sample;
}
