import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { QueueDetail, QueueLog, RunDetail } from "../../api.ts";
import { duration } from "../../../text/format.ts";
import { CompletionText, PlainText } from "../completions/completion-text.tsx";
import { runPath } from "../live/api-client.ts";
import { useFetched } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { Tile } from "./run-tiles.tsx";

/** Milliseconds between two looks at the queue of a run that goes on. */
const AGAIN = 2000;

/** What waits to be judged, what is being judged, and what failed. */
export function QueueScreen({ run, state }: { readonly run: string; readonly state: RunDetail["state"] }): VNode {
  const [look, setLook] = useState(0);
  const isGoing = state === "running";
  useEffect(() => {
    const timer = isGoing ? setInterval(() => setLook((count) => count + 1), AGAIN) : undefined;
    return () => clearInterval(timer);
  }, [isGoing]);
  const { answer, failure } = useFetched<QueueDetail>(runPath(run, "queue"), look);
  if (failure !== null) return <Failure failure={failure} />;
  if (answer === null) return <Loading />;
  return (
    <>
      <dl class="tiles">
        {tilesOf(answer).map(([name, value, more]) => (
          <Tile key={name} name={name} value={value} more={more} />
        ))}
      </dl>
      <Evaluators evaluators={answer.evaluators} />
      <Evaluations run={run} rows={answer.rows} />
      {answer.failed > 0 && (
        <Notice>
          To judge again what failed: <code>aha queue RUN --rerun failed</code>, or one of them by its number.
        </Notice>
      )}
    </>
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

function Evaluations({ run, rows }: Pick<QueueDetail, "rows"> & { readonly run: string }): VNode {
  const [shown, setShown] = useState<number | null>(null);
  if (rows.length === 0) return <Notice>Nothing has been asked for yet.</Notice>;
  return (
    <div class="card">
      <table class="history">
        <caption>Evaluations: those that failed first, the newest of each state</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              Number
            </th>
            <th scope="col">Problem</th>
            <th scope="col">State</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Tries
            </th>
            <th scope="col">Reason</th>
            <th scope="col">Log</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, place, state, verdict, attempts, phase, reason, logBytes }) => (
            <tr key={id}>
              <th scope="row" class="number">
                {id}
              </th>
              <td>
                <PlainText text={place?.problem ?? ""} />
              </td>
              <td>
                {state}
                {phase !== null && (
                  <>
                    {" in "}
                    <PlainText text={phase} />
                  </>
                )}
              </td>
              <td>{verdict ?? ""}</td>
              <td class="number">{attempts + (state === "done" ? 1 : 0)}</td>
              <td>
                <PlainText text={reason} />
              </td>
              <td>
                {logBytes > 0 && (
                  <button
                    type="button"
                    aria-expanded={shown === id}
                    aria-label={`The log of evaluation ${id}`}
                    onClick={() => setShown(shown === id ? null : id)}
                  >
                    Log
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown !== null && <Log run={run} evaluation={shown} />}
    </div>
  );
}

function Log({ run, evaluation }: { readonly run: string; readonly evaluation: number }): VNode {
  const { answer, failure, loading } = useFetched<QueueLog>(runPath(run, "queue", evaluation));
  return (
    <section aria-label={`What the check of evaluation ${evaluation} wrote`}>
      {failure !== null && <Failure failure={failure} />}
      {loading && <Loading />}
      {answer !== null && !loading && <CompletionText text={answer.log} />}
    </section>
  );
}
