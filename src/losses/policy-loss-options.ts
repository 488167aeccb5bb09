import { decimal, optionGroup, type GroupValues } from "../options/index.ts";

/** What shapes the policy loss. The ratio of new to old probability may move so far before its gradient is cut. */
export const POLICY_LOSS = optionGroup("loss", "The loss", {
  clipEpsilonLow: decimal({
    from: 0,
    fallback: 0.2,
    flag: "--clip-epsilon-low <e>",
    help: "the ratio is clipped below 1 - e",
  }),
  /** Larger than low in DAPO ("clip-higher", arXiv:2503.14476, section 3.1). */
  clipEpsilonHigh: decimal({
    from: 0,
    fallback: 0.28,
    flag: "--clip-epsilon-high <e>",
    help: "the ratio is clipped above 1 + e",
  }),
  /** At 0 no reference is read. */
  klCoefficient: decimal({
    from: 0,
    fallback: 0,
    flag: "--kl-coefficient <b>",
    help: "weight of the KL penalty",
  }),
});

export type PolicyLossOptions = GroupValues<typeof POLICY_LOSS>;
