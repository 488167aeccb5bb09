import type { TextName } from "../words/say.ts";

/** A part of R1 that isn't one run of the tab. */
export interface RestTopic {
  readonly id: string;
  readonly title: TextName;
  /** Its values are `values` of the claim, by name. */
  readonly text: TextName;
  /** The claim of docs/claims that it rests on; null for the reader's own recording. */
  readonly claim: string | null;
  /** Measures of the claim that the text names: the value's name, and the measure's. */
  readonly values: Readonly<Record<string, string>>;
  /** Files of recordings, whose parts are played beside each other; none where there are no steps. */
  readonly recordings: readonly string[];
}

export const REST_TOPICS: readonly RestTopic[] = [
  {
    id: "pipeline",
    title: "rest.pipeline",
    text: "rest.pipelineText",
    claim: "pipeline",
    values: { mixing: "mixing of R1", zeroMixing: "mixing of R1-Zero", format: "format kept by R1" },
    recordings: ["pipeline.json"],
  },
  {
    id: "distil",
    title: "rest.distil",
    text: "rest.distilText",
    claim: "distil",
    values: {
      distilled: "0.13M: distilled",
      direct: "0.13M: direct RL",
      compute: "compute of its direct RL over its distillation",
      equalDistilled: "0.36M: distilled",
      equalDirect: "0.36M: direct RL",
    },
    recordings: ["distil.json"],
  },
  {
    id: "language",
    title: "rest.language",
    text: "rest.languageText",
    claim: "language",
    values: {
      base: "mixing of the base",
      rule: "mixing after RL by the rule",
      reward: "mixing after RL with the reward",
      cost: "accuracy with the reward less without",
    },
    recordings: ["language-by-the-rule.json", "language-with-the-reward.json"],
  },
  {
    id: "templates",
    title: "rest.templates",
    text: "rest.templatesText",
    claim: "prompts",
    values: {
      spread: "spread over zero-shot templates after RL",
      baseSpread: "spread over zero-shot templates, base",
    },
    recordings: [],
  },
  {
    id: "voting",
    title: "rest.voting",
    text: "rest.votingText",
    claim: "voting",
    values: { one: "pass@1 after RL", vote: "vote of 16 after RL", any: "pass@16 after RL" },
    recordings: [],
  },
  { id: "own", title: "rest.own", text: "rest.ownText", claim: null, values: {}, recordings: [] },
];
