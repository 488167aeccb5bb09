import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { CompletionText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { TabClient } from "../client/tab-client.ts";
import { useTabState } from "../client/use-client.ts";
import type { SeenGroup } from "../messages.ts";
import { say } from "../words/say.ts";
import { GuessQuestion } from "./guess-question.tsx";

/** Who gets the positive advantage? A group of the run at hand, which stays while the run goes on. */
export function AdvantageQuestion({ client }: { readonly client: TabClient }): VNode {
  const { steps, status } = useTabState(client);
  const [group, setGroup] = useState<SeenGroup | null>(null);
  if (group !== null) return <GroupQuestion group={group} />;
  const newest = steps.at(-1);
  const found = newest?.groups.find(({ signal }) => signal);
  return (
    <div class="guess" id="guess-advantage">
      <p class="guess-title">
        <b>{say("guess.advantage")}</b>
      </p>
      <p>{newest !== undefined && found === undefined ? say("guess.noSignal") : say("guess.advantageAsk")}</p>
      <p class="guess-buttons">
        {newest === undefined || found === undefined ? (
          <button type="button" disabled={status !== "waiting"} onClick={() => client.step()}>
            {say("guess.makeStep")}
          </button>
        ) : (
          <button type="button" onClick={() => setGroup(found)}>
            {say("guess.deal", { step: newest.metrics.step })}
          </button>
        )}
      </p>
    </div>
  );
}

function GroupQuestion({ group }: { readonly group: SeenGroup }): VNode {
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const toggle = (sample: number): void => {
    const next = new Set(ticked);
    if (!next.delete(sample)) next.add(sample);
    setTicked(next);
  };
  const numbers = [...ticked].toSorted((a, b) => a - b).map((sample) => sample + 1);
  return (
    <GuessQuestion
      id="advantage"
      title={say("guess.advantage")}
      ask={say("guess.advantageAsk")}
      guess={numbers.length === 0 ? null : numbers.join(", ")}
      answer={() => <GroupAnswer group={group} ticked={ticked} />}
    >
      <CompletionText text={group.prompt} />
      {group.rollouts.map(({ rollout }, sample) => (
        <label key={sample}>
          <input type="checkbox" checked={ticked.has(sample)} onChange={() => toggle(sample)} />{" "}
          {say("guess.sample", { number: sample + 1 })}
          <CompletionText text={rollout.text} />
        </label>
      ))}
    </GuessQuestion>
  );
}

interface GroupAnswerProps {
  readonly group: SeenGroup;
  readonly ticked: ReadonlySet<number>;
}

function GroupAnswer({ group: { rollouts }, ticked }: GroupAnswerProps): VNode {
  const rewards = rollouts.map(({ reward }) => reward.total ?? 0);
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
  const hits = rollouts.filter(({ advantage }, sample) => (advantage ?? 0) > 0 === ticked.has(sample)).length;
  return (
    <>
      <p>
        {ticked.size > 0 && say("guess.hits", { hits, all: rollouts.length })}{" "}
        {say("guess.advantageAnswer", { mean: mean.toFixed(3) })}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col" />
            <th scope="col">{say("guess.ticked")}</th>
            <th scope="col">{say("guess.reward")}</th>
            <th scope="col">{say("guess.advantageName")}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {rollouts.map(({ advantage }, sample) => (
            <tr key={sample}>
              <th scope="row">{sample + 1}</th>
              <td>{say(ticked.has(sample) ? "guess.yes" : "guess.no")}</td>
              <td>{rewards[sample]!.toFixed(2)}</td>
              <td>{(advantage ?? 0).toFixed(3)}</td>
              <td>{say((advantage ?? 0) > 0 ? "guess.up" : "guess.down")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
