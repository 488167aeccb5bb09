import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { QueueDetail, Rerun, RerunQuestion, RunDetail } from "../../api.ts";
import { duration } from "../../../text/format.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { postJson, runPath, type ApiFailure } from "../live/api-client.ts";
import { useFetched } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { EvaluationTable } from "./evaluation-table.tsx";
import { Tile } from "./run-tiles.tsx";

/** Milliseconds between two looks at a queue in which something goes on, and at one that couldn't be asked. */
const AGAIN = 2000;

/** What waits to be judged, what is being judged, and what failed; and has it judged again. */
export function QueueScreen({ run, state }: { readonly run: string; readonly state: RunDetail["state"] }): VNode {
  const [look, setLook] = useState(0);
  const [asked, setAsked] = useState<Asked>({ busy: false, again: null, failure: null });
  const { answer, failure, loading } = useFetched<QueueDetail>(runPath(run, "queue"), look);
  const isGoing = state === "running" || failure !== null || (answer !== null && answer.waiting + answer.running > 0);
  useEffect(() => {
    // From the answer on: one that takes long is waited for.
    if (!isGoing || loading) return undefined;
    const timer = setTimeout(() => setLook((count) => count + 1), AGAIN);
    return () => clearTimeout(timer);
  }, [isGoing, loading, look]);
  const rerun = async (question: RerunQuestion): Promise<void> => {
    setAsked({ busy: true, again: null, failure: null });
    try {
      const { again } = await postJson<Rerun>(runPath(run, "queue", "rerun"), question);
      setAsked({ busy: false, again, failure: null });
    } catch (error) {
      setAsked({ busy: false, again: null, failure: error as ApiFailure });
    }
    setLook((count) => count + 1);
  };
  if (failure !== null) return <Failure failure={failure} />;
  if (answer === null) return <Loading />;
  const { readOnly, at, failed, evaluators } = answer;
  return (
    <>
      <dl class="tiles">
        {tilesOf(answer).map(([name, value, more]) => (
          <Tile key={name} name={name} value={value} more={more} />
        ))}
      </dl>
      {at !== null && (
        <Notice>
          The queue is in the Redis at{" "}
          <code>
            <PlainText text={at} />
          </code>
          .
        </Notice>
      )}
      <Asking asked={asked} hasEvaluators={evaluators.some(({ alive }) => alive)} />
      <Evaluators evaluators={evaluators} />
      <EvaluationTable
        run={run}
        rows={answer.rows}
        onRerun={readOnly === null && !asked.busy ? (id) => void rerun({ id }) : null}
      />
      <p class="rerun">
        {readOnly === null && failed > 0 && (
          <button type="button" disabled={asked.busy} onClick={() => void rerun({ state: "failed" })}>
            Judge again all that failed
          </button>
        )}
        <span class="faint">
          {readOnly === null
            ? "What is judged again has a new verdict for whoever asks from then on; steps that were made stay as they are."
            : `Nothing can be judged again from here. ${readOnly}`}
        </span>
      </p>
    </>
  );
}

/** What came of a question for another verdict. */
interface Asked {
  readonly busy: boolean;
  readonly again: number | null;
  readonly failure: ApiFailure | null;
}

function Asking({ asked, hasEvaluators }: { readonly asked: Asked; readonly hasEvaluators: boolean }): VNode | null {
  if (asked.failure !== null) return <Failure failure={asked.failure} />;
  if (asked.again === null) return null;
  return (
    <p class="notice" role="status">
      {asked.again === 0
        ? "Nothing was there to be judged again: it waits, runs, or is gone."
        : `${asked.again} evaluation${asked.again === 1 ? " waits" : "s wait"} again.`}
      {asked.again > 0 && !hasEvaluators && (
        <>
          {" "}
          No evaluator is alive: start one by <code>aha evaluator RUN</code>.
        </>
      )}
    </p>
  );
}

function tilesOf(queue: QueueDetail): readonly (readonly [name: string, value: string, more: string])[] {
  const { waiting, running, done, failed, jobs, cacheHits, oldestSeconds, evaluators, failedByPhase } = queue;
  const phases = Object.entries(failedByPhase).map(([phase, count]) => `${count} in ${phase}`);
  return [
    ["Waiting", String(waiting), oldestSeconds === null ? "" : `the oldest for ${duration(oldestSeconds)}`],
    ["Running", String(running), ""],
    ["Done", String(done), ""],
    ["Failed", String(failed), phases.join(", ")],
    ["Asked for", String(jobs), `${cacheHits} answered by another's check`],
    ["Evaluators", String(evaluators.filter(({ alive }) => alive).length), "alive"],
  ];
}

function Evaluators({ evaluators }: Pick<QueueDetail, "evaluators">): VNode | null {
  if (evaluators.length === 0) return null;
  return (
    <div class="card">
      <table class="history">
        <caption>Evaluators</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Judged
            </th>
            <th scope="col" class="number">
              Running
            </th>
          </tr>
        </thead>
        <tbody>
          {evaluators.map(({ name, alive, judged, running }, i) => (
            <tr key={i}>
              <th scope="row">
                <PlainText text={name} />
              </th>
              <td>{alive ? "alive" : "not heard of"}</td>
              <td class="number">{judged}</td>
              <td class="number">{running}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
