import type { VNode } from "preact";
import { CompletionText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { TabState } from "../client/tab-client.ts";
import { say } from "../words/say.ts";
import { BASE_START, isWrongTry, openingGroup, openingGroupOf, openingTry, type OpeningGroup } from "./base-start.ts";
import { stagePercent } from "./stage-words.ts";
import { stageQuestion, stageSpans } from "./stage-spans.ts";

/** What the page opens with: what it is, and one problem that the base gets wrong. */
export function Opening({ steps, engine, settings }: Pick<TabState, "steps" | "engine" | "settings">): VNode {
  const lead = settings.model === "countdown-no-retries-base" ? "page.leadNoRetries" : "page.lead";
  const first = steps[0];
  const own = first === undefined ? null : first.groups.map(openingGroupOf);
  return (
    <div class="opening">
      <h1 id="stage-title" tabIndex={-1}>
        {say("page.title")}
      </h1>
      <p class="opening-lead">
        {say(lead, { parameters: (engine?.parameters ?? BASE_START.parameters).toLocaleString("en") })}
      </p>
      <BaseTry group={openingGroup(own ?? BASE_START.groups)} isRecorded={own === null} />
      <p class="faint">{say("stage.noServer")}</p>
    </div>
  );
}

interface BaseTryProps {
  readonly group: OpeningGroup;
  readonly isRecorded: boolean;
}

/** A problem and a wrong answer to it, as it was before the first update. */
function BaseTry({ group, isRecorded }: BaseTryProps): VNode {
  const shown = openingTry(group);
  const wrong = group.rollouts.filter(isWrongTry).length;
  const spans = stageSpans({
    ...shown,
    ...group,
    verdict: isWrongTry(shown) ? { kind: "wrong", reason: "" } : { kind: "right" },
  });
  return (
    <div class="base-try">
      <p class="question">
        <span class="unseen">{say("stage.problem")} </span>
        {stageQuestion(group.prompt)}
      </p>
      <CompletionText text={shown.text} spans={spans} />
      <p>
        <span>{say("stage.answers")}</span>{" "}
        {isWrongTry(shown) ? <s class="wrong-answer">{shown.answer ?? "–"}</s> : <b>{shown.answer}</b>}
      </p>
      <p class="faint">
        {say("stage.baseWrong", { wrong, of: group.rollouts.length })}{" "}
        {isRecorded
          ? say("stage.recorded", { percent: stagePercent(BASE_START.heldOut.accuracy) })
          : say("stage.ownStart")}
      </p>
    </div>
  );
}
