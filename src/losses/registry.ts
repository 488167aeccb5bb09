import { OptionError, show } from "../errors.ts";
import { crossEntropyLoss } from "./cross-entropy.ts";
import type { LossSpec, PolicyLoss } from "./loss.ts";
import { clippedPolicyLoss } from "./policy-loss.ts";

type LossFactory = (options: never) => PolicyLoss;

/** Every loss of the package by name. */
const LOSSES: Readonly<Record<string, LossFactory>> = {
  clipped: clippedPolicyLoss,
  crossEntropy: () => crossEntropyLoss,
};

/**
 * The loss that a name or a module says.
 *
 * @throws OptionError for a name that isn't known, or a module without a default export
 */
export async function openLoss({ name, options, module }: LossSpec): Promise<PolicyLoss> {
  const factory = module === undefined ? LOSSES[name] : ((await import(module)) as { default?: unknown }).default;
  if (typeof factory === "function") return (factory as LossFactory)(options as never);
  throw new OptionError(
    module === undefined
      ? `Expected a loss of ${Object.keys(LOSSES).join(", ")}, got ${show(name)}; give the \`module\` of your own.`
      : `Expected ${show(module)} to export a function that makes a loss as its default, got ${show(factory)}.`,
  );
}
