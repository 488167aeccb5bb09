import { choice, decimal, integer, names, optionGroup, toggle, type GroupValues } from "../../options/index.ts";
import { DEFAULT_TOKEN_BUDGET } from "../gradients/token-budget.ts";
import { BASE_PRECISIONS } from "../device/base-precision.ts";
import { LORA_TARGETS } from "../../model/lora-targets.ts";

/** What may be asked to compute; `auto` for what is fastest. */
const DEVICES = ["cpu", "webgpu", "cuda", "auto"] as const;
export type DeviceChoice = (typeof DEVICES)[number];

/** On what a model is put to work, and what of it is trained. */
export const ENGINE = optionGroup("engine", "The engine", {
  workers: integer({
    from: 1,
    to: 1024,
    fallback: 2,
    flag: "--workers <n>",
    help: "engine threads: workers of one thread each, or one worker of n threads for a large model",
  }),
  device: choice(DEVICES, {
    fallback: "cpu",
    flag: "--device <name>",
    help: "what computes the model: the processor, a GPU, or what is faster",
  }),
  tokenBudget: integer({
    from: 16,
    fallback: DEFAULT_TOKEN_BUDGET,
    flag: "--token-budget <n>",
    help: "positions of a micro-batch: fewer take less memory and give the same gradient",
  }),
  recompute: toggle({
    fallback: false,
    flag: "--recompute",
    help: "compute every layer once more for its gradient: slower, with much less memory",
  }),
  basePrecision: choice(BASE_PRECISIONS, {
    fallback: "float32",
    flag: "--base-precision <name>",
    help: "of the weights under an adapter on a GPU: float16 takes half the memory",
  }),
  lora: integer({
    from: 0,
    to: 4096,
    fallback: 0,
    flag: "--lora <rank>",
    help: "train an adapter of this rank in the place of the weights",
    otherwise: "none",
  }),
  /** The adapter's change counts alpha / rank times; 0 for twice the rank. */
  loraAlpha: decimal({
    from: 0,
    fallback: 0,
    flag: "--lora-alpha <a>",
    help: "its change counts a / rank times",
    otherwise: "twice the rank",
  }),
  loraTargets: names(LORA_TARGETS, {
    fallback: LORA_TARGETS,
    flag: "--lora-targets <names>",
    help: "the linear layers that get one, by comma",
  }),
});

export type EngineOptions = GroupValues<typeof ENGINE>;
