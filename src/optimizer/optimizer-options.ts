import { decimal, integer, optionGroup, type GroupValues } from "../options/index.ts";

/** The optimizer of reinforcement learning: AdamW with a warm-up and a linear fall. */
export const OPTIMIZER = optionGroup("optimizer", "The optimizer", {
  learningRate: decimal({ from: 0, fallback: 5e-4, flag: "--learning-rate <r>", help: "of the optimizer" }),
  learningRateFloor: decimal({
    from: 0,
    fallback: 0.1,
    flag: "--learning-rate-floor <share>",
    help: "what the learning rate falls to by the last step, as a share of it; 1 keeps it constant",
  }),
  warmup: integer({ from: 0, fallback: 5, flag: "--warmup <n>", help: "optimizer steps over which the rate rises" }),
  weightDecay: decimal({ from: 0, fallback: 0, flag: "--weight-decay <w>", help: "decoupled weight decay" }),
  clipNorm: decimal({
    from: 0,
    fallback: 1,
    flag: "--clip-norm <n>",
    help: "a longer gradient is scaled to this; 0 for never",
  }),
});

export type OptimizerOptions = GroupValues<typeof OPTIMIZER>;
