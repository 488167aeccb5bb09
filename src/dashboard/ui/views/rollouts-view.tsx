import type { TargetedKeyboardEvent, VNode } from "preact";
import type { RolloutLine, RolloutPage, RunDetail } from "../../api.ts";
import { grouped } from "../../../figures/index.ts";
import { PlainText } from "../completions/completion-text.tsx";
import { runPath } from "../live/api-client.ts";
import { useIndexed } from "../live/use-feeds.ts";
import { Failure, Loading, Notice } from "../shell/notice.tsx";
import { addressOf, groupAddress } from "../shell/route.ts";
import { VerdictBadge } from "../shell/state-badge.tsx";
import { replaceAddress } from "../shell/use-route.ts";
import { Terms } from "../shell/term.tsx";
import { lookedAt, numberText, signedText } from "../shell/words.ts";
import { RolloutFilters } from "./rollout-filters.tsx";
import { filterOf, PAGE_SIZE, withField } from "./rollout-query.ts";

/** All rollouts of a run, by what they earned and what they say. */
export function RolloutsView({
  detail,
  query,
}: {
  readonly detail: RunDetail;
  readonly query: URLSearchParams;
}): VNode {
  const filter = filterOf(query);
  const asked = new URLSearchParams(filter);
  asked.set("limit", String(PAGE_SIZE));
  const { answer, failure, loading } = useIndexed<RolloutPage>(
    `${runPath(detail.id, "rollouts")}?${asked}`,
    detail.steps,
    120,
  );
  const indexed = answer?.indexed ?? 1;
  const go = (changed: URLSearchParams): void =>
    replaceAddress(`${addressOf("run", detail.id, "rollouts")}${changed.size === 0 ? "" : `?${changed}`}`);
  const offset = Number(filter.get("offset") ?? 0);
  return (
    <>
      <RolloutFilters query={filter} onChange={go} />
      {failure !== null && <Failure failure={failure} />}
      {answer === null ? (
        failure === null && <Loading />
      ) : (
        <>
          <div class="listing">
            <p role="status">
              {grouped(answer.total)} of {grouped(detail.rollouts)} rollouts
              {indexed < 1 && `, ${lookedAt(indexed, "them")}`}
            </p>
            <Pager
              total={answer.total}
              offset={offset}
              onGo={(to) => go(withField(filter, "offset", to === 0 ? "" : String(to)))}
            />
          </div>
          {answer.lines.length === 0 ? (
            <Notice>
              {detail.rollouts === 0 ? "No rollouts yet." : "No rollout is like this. Change or clear the filter."}
            </Notice>
          ) : (
            <RolloutTable run={detail.id} lines={answer.lines} stale={loading} />
          )}
        </>
      )}
    </>
  );
}

function RolloutTable({
  run,
  lines,
  stale,
}: {
  readonly run: string;
  readonly lines: readonly RolloutLine[];
  readonly stale: boolean;
}): VNode {
  const press = (event: TargetedKeyboardEvent<HTMLTableElement>): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (by === undefined) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>("a.open")];
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + by];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <table class={stale ? "rollouts stale" : "rollouts"} onKeyDown={press}>
      <caption class="unseen">Rollouts; the arrow keys go up and down, Enter opens the group</caption>
      <thead>
        <tr>
          <th scope="col">Rollout</th>
          <th scope="col">Verdict</th>
          <th scope="col" class="number">
            <Terms text="Reward" />
          </th>
          <th scope="col" class="number">
            <Terms text="Advantage" />
          </th>
          <th scope="col" class="number">
            Length
          </th>
          <th scope="col">Completion</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={`${line.step} ${line.problemIndex} ${line.sample}`}>
            <th scope="row">
              <a class="open" href={groupAddress(run, line.step, line.problemIndex, line.sample)}>
                step {line.step}, no. {line.sample + 1}
              </a>
              <span class="faint">
                <PlainText text={line.problemId} />
              </span>
            </th>
            <td data-label="Verdict">
              <VerdictBadge verdict={line.verdict} />
            </td>
            <td class="number" data-label="Reward">
              {numberText(line.reward, 2)}
            </td>
            <td class="number" data-label="Advantage">
              {line.advantage === null ? "–" : signedText(line.advantage, 2)}
            </td>
            <td class="number" data-label="Length">
              {line.length === null ? "–" : grouped(line.length)}
              {line.stop === "length" && <span class="cut"> cut</span>}
            </td>
            <td class="excerpt">
              <PlainText text={line.excerpt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Pager({
  total,
  offset,
  onGo,
}: {
  readonly total: number;
  readonly offset: number;
  readonly onGo: (offset: number) => void;
}): VNode | null {
  if (total <= PAGE_SIZE) return null;
  return (
    <nav class="pager" aria-label="Pages of rollouts">
      <button type="button" disabled={offset === 0} onClick={() => onGo(Math.max(0, offset - PAGE_SIZE))}>
        Earlier
      </button>
      <span>
        {grouped(offset + 1)} to {grouped(Math.min(total, offset + PAGE_SIZE))}
      </span>
      <button type="button" disabled={offset + PAGE_SIZE >= total} onClick={() => onGo(offset + PAGE_SIZE)}>
        Later
      </button>
    </nav>
  );
}
