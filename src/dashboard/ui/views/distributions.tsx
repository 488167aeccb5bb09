import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Distributions, RunDetail } from "../../api.ts";
import { HistogramFigure } from "../figures/histogram-figure.tsx";
import { runPath } from "../live/api-client.ts";
import { useIndexed } from "../live/use-feeds.ts";
import { Failure } from "../shell/notice.tsx";
import { lookedAt } from "../shell/words.ts";

/** Milliseconds for which the step must stay the same: a slider is drawn over many. */
const WAIT = 150;

/** Rewards, advantages and lengths of one step; of the last one, until another is chosen. */
export function StepDistributions({ detail }: { readonly detail: RunDetail }): VNode | null {
  const [chosen, setChosen] = useState<number | null>(null);
  const first = detail.metrics[0]?.step ?? 0;
  const last = detail.metrics.at(-1)?.step ?? 0;
  const step = Math.min(chosen ?? last, last);
  const path = `${runPath(detail.id, "distributions")}?step=${step}`;
  const { answer, failure } = useIndexed<Distributions>(path, 0, WAIT);
  if (detail.metrics.length === 0 || detail.rollouts === 0) return null;
  return (
    <section aria-labelledby="distributions">
      <h2 id="distributions">How a step is spread</h2>
      {last > first && (
        <label class="step-choice">
          Step <output>{step}</output>{" "}
          <input
            type="range"
            min={first}
            max={last}
            value={step}
            onInput={(event) => setChosen(Number(event.currentTarget.value))}
          />
        </label>
      )}
      {failure !== null && <Failure failure={failure} />}
      {answer !== null && answer.indexed < 1 && <p class="sub">{lookedAt(answer.indexed)}</p>}
      <div class="charts">
        {answer?.distributions
          .filter(({ edges, now }) => edges.length > 0 && now.some((count) => count > 0))
          .map((distribution) => (
            <HistogramFigure key={distribution.name} distribution={distribution} step={answer.step} />
          ))}
      </div>
    </section>
  );
}
