import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { addressText, type TabAddress } from "../address.ts";
import { course, PageChart } from "../break-it/page-chart.tsx";
import recorded from "../caveats/recorded-claims.json" with { type: "json" };
import { say } from "../words/say.ts";
import { Choices, GuessQuestion } from "./guess-question.tsx";
import { Said } from "../glossary/said.tsx";

const OUTCOMES = ["invents", "without", "nothing"] as const;
type Outcome = (typeof OUTCOMES)[number];

/** What without retries in the corpus? Recorded figures, and the link of the run. */
export function ControlQuestion({ address }: { readonly address: TabAddress }): VNode {
  const [chosen, choose] = useState<Outcome | null>(null);
  return (
    <GuessQuestion
      id="control"
      title={say("guess.noRetries")}
      ask={say("guess.noRetriesAsk")}
      guess={chosen === null ? null : say(`guess.${chosen}`)}
      answer={() => <ControlAnswer address={address} />}
    >
      <Choices
        name="control"
        choices={OUTCOMES}
        chosen={chosen}
        onChoose={choose}
        textOf={(choice) => say(`guess.${choice}`)}
      />
    </GuessQuestion>
  );
}

function ControlAnswer({ address }: { readonly address: TabAddress }): VNode {
  const settings = { ...address.settings, model: "countdown-no-retries-base" as const };
  return (
    <>
      <p>
        <Said name="guess.noRetriesAnswer" />
      </p>
      <p>
        <a href={addressText({ settings, step: null, group: null, sample: null })}>{say("guess.runControl")}</a>
      </p>
      <PageChart
        title={say("guess.selfCorrection")}
        unit={say("guess.share")}
        format="percent"
        series={[
          course(say("guess.withRetries"), recorded.usual.selfCorrection, "chart-1"),
          course(say("guess.control"), recorded.control.selfCorrection, "chart-2"),
        ]}
      />
    </>
  );
}
