import type { VNode } from "preact";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SeenGroup } from "../messages.ts";
import { say } from "../words/say.ts";
import { bareQuestion } from "./worked-answer.ts";
import { groupSums } from "./group-sums.ts";
import { neighbour } from "./seen-place.ts";

export interface GroupChoiceProps {
  readonly groups: readonly SeenGroup[];
  readonly group: SeenGroup;
  readonly onGroup: (group: SeenGroup) => void;
}

/** The step's questions: the next, the one before, or any of the list. */
export function GroupChooser({ groups, group, onGroup }: GroupChoiceProps): VNode {
  return (
    <div class="group-choice">
      <button type="button" onClick={() => onGroup(neighbour(groups, group, -1))}>
        {say("oneStep.previousGroup")}
      </button>
      <button type="button" onClick={() => onGroup(neighbour(groups, group, 1))}>
        {say("oneStep.nextGroup")}
      </button>
      <details>
        <summary>{say("oneStep.groups", { groups: groups.length })}</summary>
        <ul>
          {groups.map((one) => (
            <li key={one.problemIndex}>
              <button type="button" aria-current={one === group ? "true" : undefined} onClick={() => onGroup(one)}>
                <span class="token-text">
                  <PlainText text={bareQuestion(one.prompt)} />
                </span>
                <span class="faint">
                  {say("oneStep.rightOf", { right: groupSums(one).right, of: one.rollouts.length })}
                  {!one.signal && ` · ${say("oneStep.noSignal")}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}
