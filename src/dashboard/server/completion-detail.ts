import { meanOrNull } from "../../numbers/metrics.ts";
import { recordedLength } from "../../numbers/recorded-length.ts";
import { rolloutSpans } from "../../emergence/index.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { RunTask, StoredRollout } from "../../store/index.ts";
import type { CompletionDetail, GroupDetail, ProblemHistory } from "../api.ts";
import { meanScore } from "../../verifiers/verdict-score.ts";
import { byKey } from "./by-key.ts";
import { RequestError } from "./request-error.ts";
import type { RunReader } from "./run-reader.ts";
import { tokenPieces } from "./token-pieces.ts";

/** What is needed to show completions beside the store. */
export interface CompletionContext {
  readonly tokenizer: Tokenizer | null;
  readonly task: RunTask | null;
}

/** A completion with what there is to see in it. */
export function completionDetail(rollout: StoredRollout, { tokenizer, task }: CompletionContext): CompletionDetail {
  const { text, tokens } = rollout.rollout;
  return {
    rollout,
    pieces: tokenizer === null ? null : tokenPieces(tokenizer, tokens, text),
    spans: rolloutSpans(rollout, task ?? {}),
  };
}

/** All completions of a problem at a step. @throws RequestError where there are none */
export function groupDetail(
  reader: RunReader,
  step: number,
  problemIndex: number,
  context: CompletionContext,
): GroupDetail {
  const group = [...reader.opened().rollouts({ step, problemIndex })];
  const first = group[0];
  if (first === undefined)
    throw new RequestError(404, `There is no problem ${problemIndex} at step ${step} of this run.`);
  const { problemId, prompt, difficulty } = first;
  return {
    step,
    problemIndex,
    problemId,
    prompt,
    difficulty,
    completions: group.map((rollout) => completionDetail(rollout, context)),
  };
}

/**
 * One problem at the steps at which it was sampled, and at the evaluations that follow it.
 *
 * @param steps at which it was trained on
 * @throws RequestError where it never was sampled
 */
export function problemHistory(
  reader: RunReader,
  id: string,
  steps: readonly number[],
  context: CompletionContext,
): Omit<ProblemHistory, "indexed"> {
  const store = reader.opened();
  const watched = byKey(store.watched({ problemId: id }), ({ step }) => step);
  const trained = steps.map((step) => [...store.rollouts({ step, problemId: id })]);
  const visits = [...trained, ...watched.values()]
    .filter((rollouts) => rollouts.length > 0)
    .sort(([a], [b]) => a!.step - b!.step);
  const first = visits[0]?.[0];
  if (first === undefined) throw new RequestError(404, "This run never sampled a problem of that name.");
  return {
    id,
    prompt: first.prompt,
    difficulty: first.difficulty,
    visits: visits.map((rollouts) => visitOf(rollouts, context)),
  };
}

function visitOf(rollouts: readonly StoredRollout[], context: CompletionContext): ProblemHistory["visits"][number] {
  return {
    step: rollouts[0]!.step,
    accuracy: meanScore(rollouts.map(({ reward }) => reward.verdict)),
    meanLength: meanOrNull(
      rollouts.flatMap(({ rollout }) => recordedLength(rollout.tokens.length, rollout.stop) ?? []),
    ),
    completions: rollouts.map((rollout) => completionDetail(rollout, context)),
  };
}
