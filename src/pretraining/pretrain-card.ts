import { corpusOf } from "./corpora.ts";
import type { GateResult } from "./gate.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { optionsOf } from "../options/index.ts";
import type { Task } from "../tasks/index.ts";
import { PRETRAIN, type PretrainOptions } from "./pretrain-options.ts";

export interface CardFacts {
  readonly task: Task;
  readonly options: PretrainOptions;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly loss: number;
  readonly gate: readonly GateResult[];
}

const DESCRIBED_DOCUMENTS = 20_000;

/**
 * The card of a base model: what it was made from, what its corpus contains, and what the gate showed. RL can only
 * amplify what is in here.
 */
export function pretrainCard({ task, options, config, parameters, loss, gate }: CardFacts): string {
  const corpus = corpusOf(task);
  const statistics = corpus?.describe?.(options.corpus, DESCRIBED_DOCUMENTS) ?? [];
  const [counted, prompts] = corpus?.lossOnPrompts?.(options.corpus)
    ? ["tokens, prompts included", "Prompts carry loss as completions do."]
    : ["completion tokens", "The prompt carries no loss."];
  return `${[
    `# A base model for ${task.name}`,
    "",
    `A decoder of ${parameters.toLocaleString("en")} parameters (${config.layers} layers, width ${config.hiddenSize}, ${config.heads} heads, ${config.kvHeads} key head, feed-forward ${config.ffSize}), trained from random weights on synthetic traces alone: it has seen no other text, and no reward.`,
    "",
    "```sh",
    `npx aha pretrain --task ${task.name} --corpus ${options.corpus} --seed ${options.seed} --steps ${options.steps}${otherFlags(options)} --out FOLDER`,
    "```",
    "",
    "## What the corpus contains",
    "",
    `Problems of the \`corpus\` split (${task.problems("corpus").length} of them; none of them is in \`train\`, \`validation\` or \`heldOut\`). Measured over ${DESCRIBED_DOCUMENTS.toLocaleString("en")} documents:`,
    "",
    "| | |",
    "|---|---|",
    ...statistics.map(({ label, value }) => `| ${label} | ${value} |`),
    "",
    `It was trained for ${options.steps.toLocaleString("en")} steps of about ${options.batchTokens.toLocaleString("en")} ${counted}, to a loss of ${loss.toFixed(4)} nats a token. ${prompts}`,
    "",
    "## The gate",
    "",
    "The loss doesn't show whether RL will work; these do. Mean probabilities on freshly drawn traces of `corpus` problems:",
    "",
    "| | measured | wanted | |",
    "|---|---|---|---|",
    ...gate.map(
      ({ value, atLeast, atMost, pass, meaning }) =>
        `| ${meaning} | ${value.toFixed(4)} | ${atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`} | ${pass ? "kept" : "NOT KEPT"} |`,
    ),
  ].join("\n")}\n`;
}

/** The flags of a batch and a size that aren't the default ones. */
function otherFlags(options: PretrainOptions): string {
  return [...optionsOf(PRETRAIN.run).filter(({ key }) => key === "batchTokens"), ...optionsOf(PRETRAIN.model)]
    .map(({ stored, option: { flag, fallback } }) => {
      const value = options[stored as keyof PretrainOptions];
      return value === fallback ? "" : ` ${flag!.split(" ")[0]!} ${value}`;
    })
    .join("");
}
