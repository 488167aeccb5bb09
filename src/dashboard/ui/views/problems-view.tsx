import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { ProblemLine, ProblemList, RunDetail } from "../../api.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { runPath } from "../live/api-client.ts";
import { useIndexed } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { problemAddress } from "../shell/route.ts";
import { lookedAt, numberText, plural, shareText, signedText } from "../shell/words.ts";

const MOST = 200;
/** Steps after which the problems of a run that goes on are asked for again. */
const STEPS_BETWEEN = 10;

type Order = "gain" | "visits" | "difficulty";
const ORDERS: Readonly<Record<Order, (problem: ProblemLine) => number>> = {
  gain: gainOf,
  visits: ({ steps }) => steps.length,
  difficulty: ({ difficulty }) => difficulty,
};

/** The problems that a run trained on, each with how it went through time. */
export function ProblemsView({ detail }: { readonly detail: RunDetail }): VNode {
  const { answer, failure } = useIndexed<ProblemList>(
    runPath(detail.id, "problems"),
    Math.floor(detail.steps / STEPS_BETWEEN),
  );
  const [order, setOrder] = useState<Order>("gain");
  const [text, setText] = useState("");
  if (answer === null) return failure === null ? <Loading /> : <Failure failure={failure} />;
  const needle = text.toLowerCase();
  const found = answer.problems.filter(
    ({ id, question }) => needle === "" || id.toLowerCase().includes(needle) || question.toLowerCase().includes(needle),
  );
  const shown = [...found].sort((a, b) => ORDERS[order](b) - ORDERS[order](a)).slice(0, MOST);
  return (
    <>
      {failure !== null && <Failure failure={failure} />}
      <form class="filters" role="search" aria-label="Find a problem" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          Question
          <input
            type="search"
            value={text}
            placeholder="in the question or the id"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label>
          Order
          <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
            <option value="gain">by what was gained</option>
            <option value="visits">by visits</option>
            <option value="difficulty">by difficulty</option>
          </select>
        </label>
      </form>
      <p class="sub">
        {plural(found.length, "problem")}
        {found.length > MOST && `, the first ${MOST} here`}
        {answer.indexed < 1 && `; ${lookedAt(answer.indexed)}`}
      </p>
      {shown.length === 0 ? (
        <Notice>{answer.problems.length === 0 ? "No problem was sampled yet." : "No problem is like this."}</Notice>
      ) : (
        <table class="problems">
          <caption class="unseen">Problems</caption>
          <thead>
            <tr>
              <th scope="col">Problem</th>
              <th scope="col">Question</th>
              <th scope="col" class="number">
                Difficulty
              </th>
              <th scope="col">Visits</th>
              <th scope="col" class="number">
                Right, first → last
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((problem) => (
              <ProblemRow key={problem.id} run={detail.id} problem={problem} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function ProblemRow({ run, problem }: { readonly run: string; readonly problem: ProblemLine }): VNode {
  const { id, question, difficulty, steps, right } = problem;
  return (
    <tr>
      <th scope="row">
        <a href={problemAddress(run, id)}>
          <PlainText text={id} />
        </a>
      </th>
      <td class="question">
        <PlainText text={question.slice(0, 300)} />
      </td>
      <td class="number" data-label="Difficulty">
        {numberText(difficulty, 2)}
      </td>
      <td data-label="Visits">
        <VisitBars steps={steps} right={right} />
      </td>
      <td class="number" data-label="Right, first to last">
        {shareText(right[0])} → <b>{shareText(right.at(-1))}</b>
        {right.length > 1 && <span class="faint"> {signedText(gainOf(problem) * 100, 0)}</span>}
      </td>
    </tr>
  );
}

/** A bar a visit, as high as the share of right completions; the last forty. */
function VisitBars({ steps, right }: { readonly steps: readonly number[]; readonly right: readonly number[] }): VNode {
  const shown = right.slice(-40);
  return (
    <span class="visits">
      {steps.length}
      <svg width={shown.length * 6} height="16" aria-hidden="true">
        {shown.map((share, i) => (
          <rect
            key={i}
            x={i * 6}
            y={14 - share * 14}
            width="4"
            height={share * 14 + 2}
            fill={share > 0 ? "var(--chart-3)" : "var(--bare)"}
          />
        ))}
      </svg>
    </span>
  );
}

function gainOf({ right }: ProblemLine): number {
  return (right.at(-1) ?? 0) - (right[0] ?? 0);
}
