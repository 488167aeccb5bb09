import type { SeenStep } from "../client/tab-client.ts";
import type { LookAfter, SeenGroup } from "../messages.ts";
import type { TabSettings } from "../settings.ts";
import type { TextName } from "../words/say.ts";
import type { GroupSums } from "./group-sums.ts";

/** What a scene is of: a group of a step, and one of its completions whose numbers stand in the formula. */
export interface SceneProps {
  readonly settings: TabSettings;
  readonly step: SeenStep;
  readonly group: SeenGroup;
  readonly sums: GroupSums;
  /** Index of the completion within the group. */
  readonly chosen: number;
  readonly onChosen: (sample: number) => void;
  /** The group under the policy after the step; null where nobody looked. */
  readonly look: LookAfter | null;
  /** Whether the policy is still that of the step's end. */
  readonly isNewest: boolean;
  readonly onLook: () => void;
  /** Nothing is under way: there is time to watch. */
  readonly resting: boolean;
}

/** The scenes of a step, in their order, with the names of their tabs. */
export const SCENES = [
  ["prompt", "oneStep.tabPrompt"],
  ["writing", "oneStep.tabWriting"],
  ["checker", "oneStep.tabChecker"],
  ["mean", "oneStep.tabMean"],
  ["advantage", "oneStep.tabAdvantage"],
  ["push", "oneStep.tabPush"],
  ["after", "oneStep.tabAfter"],
] as const satisfies readonly (readonly [name: string, tab: TextName])[];

export type SceneName = (typeof SCENES)[number][0];
