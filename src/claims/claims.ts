import { OptionError, show } from "../errors.ts";
import type { Claim } from "./claim.ts";
import { language, noCritic, rules } from "./comparison-claims.ts";
import { distil } from "./distil-claim.ts";
import { aha, effort, length, pureRl } from "./emergence-claims.ts";
import { pipeline, prompts, voting } from "./use-claims.ts";

/** The claims of the paper, in the order in which it makes them. */
export const CLAIMS: readonly Claim[] = [
  pureRl,
  length,
  aha,
  effort,
  noCritic,
  rules,
  distil,
  prompts,
  language,
  voting,
  pipeline,
];

/** The claims of a name, or all. @throws OptionError naming those that there are */
export function findClaims(name: string): readonly Claim[] {
  if (name === "all") return CLAIMS;
  const found = CLAIMS.filter((claim) => claim.name === name);
  if (found.length === 0)
    throw new OptionError(
      `Expected a claim to be all or one of ${CLAIMS.map((claim) => claim.name).join(", ")}, got ${show(name)}.`,
    );
  return found;
}
