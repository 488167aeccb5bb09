import { OptionError } from "../errors.ts";
import { OPTIMIZER } from "../optimizer/optimizer-options.ts";
import {
  adapted,
  COMMON,
  integer,
  optionGroup,
  pick,
  resolveFlat,
  text,
  type FlatValues,
  type OptionSet,
} from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";

/** The groups of options of a base model. */
export const PRETRAIN = {
  run: optionGroup("", "The base", {
    task: adapted(COMMON.task, { help: "a task by name" }),
    corpus: text({
      fallback: "default",
      flag: "--corpus <variant>",
      help: "a variant of the task's corpus, such as no-retries",
    }),
    seed: adapted(COMMON.seed, { help: "the same seed gives the same base" }),
    steps: adapted(COMMON.steps, { from: 1, fallback: 3000, help: "optimizer steps" }),
    batchTokens: integer({
      from: 1,
      fallback: 3500,
      flag: "--batch-tokens <n>",
      help: "tokens that count in the loss, by step, about",
    }),
  }),
  model: optionGroup("model", "The decoder", {
    layers: integer({ from: 1, to: 256, fallback: 3, flag: "--layers <n>", help: "of the decoder" }),
    hiddenSize: integer({
      from: 2,
      to: 65536,
      fallback: 128,
      flag: "--hidden-size <n>",
      help: "width of the decoder",
    }),
    heads: integer({ from: 1, to: 1024, fallback: 4, flag: "--heads <n>", help: "attention heads" }),
    kvHeads: integer({
      from: 1,
      to: 1024,
      fallback: 1,
      flag: "--kv-heads <n>",
      help: "heads of keys and values, which attention heads share",
    }),
    ffSize: integer({
      from: 1,
      to: 1_000_000,
      fallback: 192,
      flag: "--ff-size <n>",
      help: "width of the feed-forward layers",
    }),
    maxPositions: integer({
      from: 8,
      to: 131072,
      fallback: 320,
      flag: "--max-positions <n>",
      help: "longest sequence that the model can read, prompt included",
    }),
  }),
  optimizer: optionGroup("optimizer", OPTIMIZER.title, {
    ...pick(OPTIMIZER.options, "clipNorm"),
    learningRate: adapted(OPTIMIZER.options.learningRate, {
      fallback: 2.5e-3,
      help: "of the optimizer, at its highest",
    }),
    weightDecay: adapted(OPTIMIZER.options.weightDecay, { fallback: 0.02 }),
    warmup: adapted(OPTIMIZER.options.warmup, { fallback: 100 }),
  }),
  engine: optionGroup("engine", ENGINE.title, pick(ENGINE.options, "workers")),
} as const satisfies OptionSet;

/** What decides a base model. */
export interface PretrainOptions extends FlatValues<typeof PRETRAIN> {}

/** @throws OptionError naming the option, what was expected and what came */
export function resolvePretrainOptions(given: Partial<PretrainOptions>): PretrainOptions {
  const resolved = resolveFlat(PRETRAIN, given);
  if (resolved.kvHeads > resolved.heads)
    throw new OptionError(
      `Expected \`kvHeads\` to be an integer from 1 to ${resolved.heads}, got ${resolved.kvHeads}.`,
    );
  return resolved;
}
