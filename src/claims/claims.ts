import { OptionError, show } from "../errors.ts";
import { ahaClaim } from "./aha-claim.ts";
import { arithmeticClaim } from "./arithmetic-claim.ts";
import { asyncClaim } from "./async-claim.ts";
import type { Claim } from "./claim.ts";
import { distilClaim } from "./distil-claim.ts";
import { effortClaim } from "./effort-claim.ts";
import { languageClaim } from "./language-claim.ts";
import { lengthClaim } from "./length-claim.ts";
import { noCriticClaim } from "./no-critic-claim.ts";
import { pipelineClaim } from "./pipeline-claim.ts";
import { promptsClaim } from "./prompts-claim.ts";
import { pureRlClaim } from "./pure-rl-claim.ts";
import { rulesClaim } from "./rules-claim.ts";
import { strengthClaim } from "./strength-claim.ts";
import { votingClaim } from "./voting-claim.ts";
import { wordsClaim } from "./words-claim.ts";

/** The claims of the paper, in the order in which it makes them. */
export const CLAIMS: readonly Claim[] = [
  pureRlClaim,
  lengthClaim,
  ahaClaim,
  wordsClaim,
  arithmeticClaim,
  effortClaim,
  noCriticClaim,
  rulesClaim,
  distilClaim,
  strengthClaim,
  promptsClaim,
  languageClaim,
  votingClaim,
  pipelineClaim,
  asyncClaim,
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
