import { Fragment, type VNode } from "preact";
import { useState } from "preact/hooks";
import type { QueueDetail, QueueLog } from "../../api.ts";
import { CompletionText, PlainText } from "../completions/completion-text.tsx";
import { runPath } from "../live/api-client.ts";
import { useFetched } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";

type Row = QueueDetail["rows"][number];

interface TableProps {
  readonly run: string;
  readonly rows: readonly Row[];
  /** Has one judged again; null where that can't be. */
  readonly onRerun: ((id: number) => void) | null;
}

/** Evaluations, each with its log where somebody asks for it. */
export function EvaluationTable({ run, rows, onRerun }: TableProps): VNode {
  const [shown, setShown] = useState<number | null>(null);
  if (rows.length === 0) return <Notice>Nothing has been asked for yet.</Notice>;
  return (
    <table class="evaluations">
      <caption>Evaluations: those that failed first, the newest of each state</caption>
      <thead>
        <tr>
          <th scope="col">Problem</th>
          <th scope="col">State</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="number">
            Tries
          </th>
          <th scope="col">Reason</th>
          <th scope="col" class="number">
            Number
          </th>
          <th scope="col">
            <span class="unseen">What can be done</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Fragment key={row.id}>
            <EvaluationRow
              row={row}
              onLog={() => setShown(shown === row.id ? null : row.id)}
              isShown={shown === row.id}
              onRerun={onRerun}
            />
            {shown === row.id && (
              <tr class="log">
                <td colSpan={7}>
                  <Log run={run} evaluation={row.id} version={`${row.state} ${row.logBytes}`} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Pick<TableProps, "onRerun"> {
  readonly row: Row;
  readonly isShown: boolean;
  readonly onLog: () => void;
}

function EvaluationRow({ row, isShown, onLog, onRerun }: RowProps): VNode {
  const { id, place, state, verdict, attempts, phase, reason, logBytes } = row;
  const hasEnded = state === "done" || state === "failed";
  return (
    <tr>
      <th scope="row">
        <PlainText text={place?.problem ?? ""} />
      </th>
      <td data-label="State">
        {state}
        {phase !== null && state === "failed" && (
          <>
            {" in "}
            <PlainText text={phase} />
          </>
        )}
      </td>
      <td data-label="Verdict">{verdict ?? ""}</td>
      <td data-label="Tries" class="number">
        {attempts + (state === "done" ? 1 : 0)}
      </td>
      <td data-label="Reason" class="reason">
        {reason !== "" && <PlainText text={reason} />}
      </td>
      <td data-label="Number" class="number">
        {id}
      </td>
      <td class="actions">
        {logBytes > 0 && (
          <button type="button" aria-expanded={isShown} aria-label={`The log of evaluation ${id}`} onClick={onLog}>
            Log
          </button>
        )}
        {hasEnded && (
          <button
            type="button"
            disabled={onRerun === null}
            aria-label={`Judge again evaluation ${id}`}
            onClick={() => onRerun?.(id)}
          >
            Judge again
          </button>
        )}
      </td>
    </tr>
  );
}

interface LogProps {
  readonly run: string;
  readonly evaluation: number;
  /** Asks again when it changes. */
  readonly version: string;
}

function Log({ run, evaluation, version }: LogProps): VNode {
  const { answer, failure, loading } = useFetched<QueueLog>(runPath(run, "queue", evaluation), version);
  return (
    <section aria-label={`What the check of evaluation ${evaluation} wrote`}>
      {failure !== null && <Failure failure={failure} />}
      {answer === null && loading && <Loading />}
      {answer !== null && <CompletionText text={answer.log} />}
    </section>
  );
}
