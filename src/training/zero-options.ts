import { OptionError, show } from "../errors.ts";
import { checkAhead } from "../algorithms/ahead/ahead-options.ts";
import { ALGORITHM } from "../algorithms/algorithm-options.ts";
import { checkDataChoice } from "../data/data-choice.ts";
import { ENDLESS_STEPS } from "../figures/index.ts";
import { ZERO, type ZeroOptions } from "./zero-groups.ts";
import { PRESETS } from "../algorithms/preset-values.ts";
import { resolveFlat, resolveGroup, unflatten } from "../options/index.ts";
import { withJobSize } from "../policy/samplers/sampler-options.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import { checkTemplateChoice } from "../prompts/index.ts";
import { checkpointRule } from "./checkpoint-rule.ts";

/**
 * Fills in what the preset, the model's size and the defaults say, and checks every option.
 *
 * @param bySize what is chosen by the model's size where nothing else is said
 * @throws OptionError naming the option, what was expected and what came; for an unknown one, the nearest that is known
 */
export function resolveZeroOptions(
  { base, ...given }: Partial<ZeroOptions> & { readonly base: string },
  bySize: Partial<ZeroOptions> = {},
): ZeroOptions {
  checkDataChoice(given);
  const { preset } = resolveGroup(ALGORITHM, unflatten(ZERO, given).algorithm);
  const timed = given.minutes !== undefined && given.minutes > 0 ? { steps: ENDLESS_STEPS } : {};
  const resolved = resolveFlat(ZERO, given, bySize, timed, PRESETS[preset]);
  const flat: ZeroOptions = { ...withJobSize(resolved), ...(resolved.data === "" ? {} : { task: "" }), base };
  checkTemplateChoice(flat.template);
  checkpointRule(flat.checkpointEvery);
  checkRewards(flat);
  checkAhead(flat);
  checkDevice(flat);
  checkRolloutPrecision(flat);
  return flat;
}

/** Samplers write what this machine would have written, to the byte. @throws OptionError */
function checkDevice({ device, samplers }: Pick<ZeroOptions, "device" | "samplers">): void {
  if (samplers === "" || device === "cpu" || device === "auto") return;
  throw new OptionError(
    `Expected \`device\` to be "cpu" beside \`samplers\`, which write rollouts on processors, got ${show(device)}; leave one of them out.`,
  );
}

/** What writes elsewhere writes in float32. @throws OptionError */
function checkRolloutPrecision({
  rolloutPrecision,
  samplers,
}: Pick<ZeroOptions, "rolloutPrecision" | "samplers">): void {
  if (rolloutPrecision === "float32" || samplers === "") return;
  throw new OptionError(
    `Expected \`rolloutPrecision\` to be "float32" beside \`samplers\`, which write with the weights as they are, got ${show(rolloutPrecision)}; leave one of them out.`,
  );
}

/** What rewards ask of other options. @throws OptionError */
export function checkRewards(options: RewardOptions & Pick<TrainingSamplingOptions, "maxCompletionTokens">): void {
  if (options.overlongWeight > 0 && options.overlongMargin > options.maxCompletionTokens)
    throw new OptionError(
      `Expected \`overlongMargin\` to be an integer from 1 to ${options.maxCompletionTokens}, got ${options.overlongMargin}.`,
    );
  if (options.rewardModel === "" && (options.generalPerStep > 0 || options.rewardModelScores === "all"))
    throw new OptionError(
      "Expected a `rewardModel` to score what no rule decides on, got none; make one with `aha reward-model`.",
    );
}
