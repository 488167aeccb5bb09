import type { Rollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { recordedLength } from "../numbers/recorded-length.ts";
import { verdictReason, verdictScore } from "../verifiers/verdict-score.ts";
import type { CompletionView } from "./compositions.ts";

/** What the command line shows of a completion. */
export function completionView(
  { text, tokens, stop }: Pick<Rollout, "text" | "tokens" | "stop">,
  verdict: Verdict,
): CompletionView {
  return {
    text,
    tokens: recordedLength(tokens.length, stop),
    stop,
    verdict: verdict.kind,
    reason: verdictReason(verdict) ?? "",
    score: verdictScore(verdict),
  };
}
