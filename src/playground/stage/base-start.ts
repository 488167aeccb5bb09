import type { StopReason } from "../../records/rollout.ts";
import type { VerdictKind } from "../../records/verdict.ts";
import type { SeenGroup } from "../messages.ts";
import recorded from "./base-start.json" with { type: "json" };

/** One completion of the problem that the page opens with. */
export interface OpeningTry {
  readonly text: string;
  readonly stop: StopReason;
  readonly verdict: VerdictKind;
  /** What the checker read; null where there was no answer. */
  readonly answer: string | null;
}

/** The problem that the page opens with, and what a policy wrote about it. */
export interface OpeningGroup {
  readonly problemId: string;
  readonly prompt: string;
  readonly rollouts: readonly OpeningTry[];
}

/** The base's start as scripts/record-base-start.ts recorded it: shown until the tab has computed its own. */
export const BASE_START = recorded as {
  readonly settings: { readonly model: string; readonly seed: number };
  readonly parameters: number;
  readonly heldOut: { readonly accuracy: number; readonly problems: number; readonly samples: number };
  readonly groups: readonly OpeningGroup[];
};

/** The group of a run's first step that says most in a line: one of which most was wrong. */
export function openingGroup(groups: readonly OpeningGroup[]): OpeningGroup {
  const wrongOf = ({ rollouts }: OpeningGroup): number => rollouts.filter(isWrongTry).length;
  return groups.reduce((best, group) => (wrongOf(group) > wrongOf(best) ? group : best));
}

/** The try that is shown of it: a short one that says itself that it is wrong, and answers all the same. */
export function openingTry({ rollouts }: OpeningGroup): OpeningTry {
  const wrong = rollouts.filter(isWrongTry);
  const thought = wrong.filter(({ text }) => / no( |$)/.test(text));
  const [first, ...rest] = thought.length > 0 ? thought : [...wrong, ...rollouts];
  return rest.reduce((best, one) => (one.text.length < best.text.length ? one : best), first!);
}

export function isWrongTry({ verdict }: Pick<OpeningTry, "verdict">): boolean {
  return verdict !== "right";
}

/** A group of a step in the same form. */
export function openingGroupOf({ problemId, prompt, rollouts }: SeenGroup): OpeningGroup {
  return {
    problemId,
    prompt,
    rollouts: rollouts.map(({ rollout, reward, answer }) => ({
      text: rollout.text,
      stop: rollout.stop,
      verdict: reward.verdict.kind,
      answer,
    })),
  };
}
