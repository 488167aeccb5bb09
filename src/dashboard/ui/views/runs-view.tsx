import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RunList, RunListing } from "../../api.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { RUNS_PATH } from "../live/api-client.ts";
import { useFetched, useLiveVersion } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { compareAddress, runAddress } from "../shell/route.ts";
import { StateBadge } from "../shell/state-badge.tsx";
import { Terms } from "../shell/term.tsx";
import { ageText, numberText, plural, shareText } from "../shell/words.ts";

/** The list of runs; those that are ticked are compared. */
export function RunsView(): VNode {
  const version = useLiveVersion(null, () => true);
  const { answer, failure } = useFetched<RunList>(RUNS_PATH, version);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const now = useNow();
  if (answer === null) return failure === null ? <Loading /> : <Failure failure={failure} />;
  const runs = answer.runs;
  const selected = runs.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const toggle = (id: string): void =>
    setChosen(new Set(chosen.has(id) ? selected.filter((one) => one !== id) : [...selected, id]));
  const readable = runs.filter(({ state }) => state !== "unreadable");
  return (
    <>
      <div class="heading">
        <h1>Runs</h1>
        <p class="sub">
          {plural(runs.length, "run")} in <code>{answer.folder}</code>
        </p>
        {readable.length > 1 && (
          <p class="actions">
            {selected.length > 1 ? (
              <a class="button primary" href={compareAddress(selected)}>
                Compare {selected.length} runs
              </a>
            ) : (
              <span class="hint">Tick two or more to compare them.</span>
            )}
          </p>
        )}
      </div>
      {failure !== null && <Failure failure={failure} />}
      {runs.length === 0 ? (
        <Notice>
          No runs here yet. Start one with <code>aha zero</code>; it appears by itself.
        </Notice>
      ) : (
        <table class="runs">
          <caption class="unseen">Runs, those that changed last first</caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Compare</span>
              </th>
              <th scope="col">Run</th>
              <th scope="col">State</th>
              <th scope="col">Task and model</th>
              <th scope="col" class="number">
                <Terms text="Right, held-out" />
              </th>
              <th scope="col" class="number">
                Right, last step
              </th>
              <th scope="col" class="number">
                Length, last step
              </th>
              <th scope="col" class="number">
                Steps
              </th>
              <th scope="col" class="number">
                Changed
              </th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run) => (
              <RunRow
                key={run.id}
                run={run}
                now={now}
                chosen={chosen.has(run.id)}
                seeds={
                  runs.filter(({ experiment, state }) => state !== "unreadable" && experiment === run.experiment).length
                }
                onToggle={() => toggle(run.id)}
              />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

interface RunRowProps {
  readonly run: RunListing;
  readonly now: number;
  readonly chosen: boolean;
  /** Runs of the same experiment, this one counted. */
  readonly seeds: number;
  readonly onToggle: () => void;
}

function RunRow({ run, now, chosen, seeds, onToggle }: RunRowProps): VNode {
  if (run.state === "unreadable") {
    return (
      <tr class="unreadable">
        <td />
        <th scope="row">
          <PlainText text={run.id} />
        </th>
        <td data-label="State">
          <StateBadge state={run.state} />
        </td>
        <td colSpan={6} class="problem">
          <PlainText text={run.problem ?? ""} />
        </td>
      </tr>
    );
  }
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <td class="tick">
        <input type="checkbox" checked={chosen} onChange={onToggle} aria-label={`Compare ${run.id}`} />
      </td>
      <th scope="row">
        <a href={runAddress(run.id)}>
          <PlainText text={run.id} />
        </a>
        {run.seed !== null && (
          <span class="seed">
            seed {run.seed}
            {seeds > 1 ? `, one of ${seeds}` : ""}
          </span>
        )}
      </th>
      <td data-label="State">
        <StateBadge state={run.state} />
      </td>
      <td data-label="Task and model">
        <PlainText text={run.task} /> <span class="faint">{run.kind === "zero" ? "" : run.kind}</span>
        <span class="model">
          <PlainText text={run.model} />
        </span>
      </td>
      <td class="number" data-label="Right, held-out">
        {run.heldOutBefore !== null && <span class="before">{shareText(run.heldOutBefore)} → </span>}
        <b>{shareText(run.heldOut)}</b>
      </td>
      <td class="number" data-label="Right, last step">
        {shareText(run.stepAccuracy)}
      </td>
      <td class="number" data-label="Length, last step">
        {numberText(run.stepLength)}
      </td>
      <td class="number" data-label="Steps">
        <Progress steps={run.steps} planned={run.plannedSteps} running={run.state === "running"} />
      </td>
      <td class="number" data-label="Changed">
        {ageText(run.updated, now)}
      </td>
    </tr>
  );
}

function Progress({
  steps,
  planned,
  running,
}: {
  readonly steps: number;
  readonly planned: number | null;
  readonly running: boolean;
}): VNode {
  return (
    <>
      {steps}
      {planned !== null && <span class="faint"> / {planned}</span>}
      {running && planned !== null && planned > 0 && <progress max={planned} value={steps} aria-label="Progress" />}
    </>
  );
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 15_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
