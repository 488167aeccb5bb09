import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { course, PageChart } from "../break-it/page-chart.tsx";
import recorded from "../caveats/recorded-claims.json" with { type: "json" };
import type { TabClient } from "../client/tab-client.ts";
import { useTabState } from "../client/use-client.ts";
import { say } from "../words/say.ts";
import { Choices, GuessQuestion } from "./guess-question.tsx";
import { Said } from "../glossary/said.tsx";

const COURSES = ["shorter", "same", "grow", "ever"] as const;
type Course = (typeof COURSES)[number];

/** Will it get longer? The reader's course, then that of the run. */
export function LengthQuestion({ client }: { readonly client: TabClient }): VNode {
  const [chosen, choose] = useState<Course | null>(null);
  return (
    <GuessQuestion
      id="length"
      title={say("guess.longer")}
      ask={say("guess.longerAsk")}
      guess={chosen === null ? null : say(`guess.${chosen}`)}
      answer={() => <LengthAnswer client={client} guessed={chosen} />}
    >
      <Choices
        name="length"
        choices={COURSES}
        chosen={chosen}
        onChoose={choose}
        textOf={(choice) => say(`guess.${choice}`)}
      />
    </GuessQuestion>
  );
}

/** Tokens at a step, as the reader has it, from where the recorded runs began. */
function guessedLength(guessed: Course, step: number): number {
  const start = recorded.usual.length[0]!;
  const grown = { shorter: -0.5, same: 0, grow: 2, ever: 7 }[guessed];
  const way = guessed === "ever" ? step / recorded.usual.length.length : 1 - Math.exp(-step / 15);
  return start * (1 + grown * way);
}

function LengthAnswer({ client, guessed }: { readonly client: TabClient; readonly guessed: Course | null }): VNode {
  const { steps, status } = useTabState(client);
  const live = steps.map(({ metrics }) => metrics.emergence.meanLength);
  const series = [
    course(say("guess.live"), live, "chart-1"),
    { ...course(say("guess.recorded"), recorded.usual.length, "chart-3"), style: "dashed" as const },
  ];
  if (guessed !== null) {
    const lengths = recorded.usual.length.map((_, i) => guessedLength(guessed, i));
    series.push({ ...course(say("guess.yours"), lengths, "chart-2"), style: "dashed" });
  }
  const [first, last] = [live[0], live.at(-1)];
  const told =
    live.length < 2
      ? say("guess.longerNone")
      : say("guess.longerLive", { from: 1, to: live.length, first: first!.toFixed(1), last: last!.toFixed(1) });
  return (
    <>
      <p>
        <Said name="guess.longerAnswer" />
      </p>
      <p>{told}</p>
      <button type="button" onClick={() => (status === "training" ? client.pause() : client.train())}>
        {say(status === "training" ? "guess.pause" : "guess.train")}
      </button>
      <PageChart title={say("guess.length")} unit={say("guess.tokens")} format="count" series={series} />
    </>
  );
}
