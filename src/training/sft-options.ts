import { resolveFlat } from "../options/index.ts";
import { checkTemplateChoice } from "../prompts/index.ts";
import { checkpointRule } from "./checkpoint-rule.ts";
import { SFT, type SftOptions } from "./sft-groups.ts";

/**
 * Fills in what the model's size and the defaults say, and checks every option.
 *
 * @throws OptionError naming the option, what was expected and what came; for an unknown one, the nearest that is known
 */
export function resolveSftOptions(
  { base, data, ...given }: Partial<SftOptions> & Pick<SftOptions, "base" | "data">,
  bySize: Partial<Omit<SftOptions, "base" | "data">> = {},
): SftOptions {
  const resolved = resolveFlat(SFT, given, bySize);
  checkTemplateChoice(resolved.template);
  checkpointRule(resolved.checkpointEvery);
  return { base, data, ...resolved };
}
