import { type BodyFields, refuseField } from "../body-fields.ts";
import { afterPrompt, withoutEnds } from "./completion-ends.ts";
import { problemIdOf, requiredList } from "./read-score.ts";
import type { CompletionToScore, Label, ScoredCompletion } from "./reward-scorer.ts";

/**
 * What OpenRLHF's rollouts ask of `--reward.remote_url` (openrlhf/utils/agent.py, `_fetch_rewards_via_http`):
 * `{ query, prompts, labels }`, lists of one length. A query is its prompt with the completion, special tokens written
 * out; a label is what the data have as such: the problem's id, or its gold.
 *
 * @param end the text of the model's end token: what doesn't end with it was cut; nothing counts as cut where empty
 * @throws ApiProblem 400
 */
export function readOpenRlhf(body: BodyFields, most: number, end: string): CompletionToScore[] {
  const queries = requiredList(body, "query", most);
  const prompts = requiredList(body, "prompts", most);
  const labels = requiredList(body, "labels", most);
  for (const [name, list] of Object.entries({ prompts, labels }))
    if (list.length !== queries.length)
      refuseField(name, `a list of ${queries.length}, one for each query`, list.length);
  return queries.map((query, i) => {
    const prompt = prompts[i];
    if (typeof query !== "string") return refuseField(`query[${i}]`, "a text", query);
    if (typeof prompt !== "string") return refuseField(`prompts[${i}]`, "a text", prompt);
    const written = afterPrompt(query, prompt);
    if (written === null) return refuseField(`query[${i}]`, `a text that begins with \`prompts[${i}]\``, query);
    const { text, ended } = withoutEnds(written, end);
    const label = problemLabelOf(labels[i], `labels[${i}]`);
    return { label, prompt, completion: text, truncated: end !== "" && !ended, tokens: undefined };
  });
}

/** What answers it; lists again, a number for each query. */
export function openRlhfAnswer(scored: readonly ScoredCompletion[]): object {
  return {
    rewards: scored.map(({ reward }) => reward ?? 0),
    scores: scored.map(({ score }) => score ?? 0),
    extra_logs: {
      right: scored.map(({ verdict }) => Number(verdict === "right")),
      unverifiable: scored.map(({ reward }) => Number(reward === null)),
    },
  };
}

/** A label: the id of a problem, or else the gold that an answer is held against. @throws ApiProblem 400 */
export function problemLabelOf(value: unknown, path: string): Label {
  if (typeof value === "object" && value !== null) return { gold: JSON.stringify(value) };
  const label = typeof value === "string" ? value : problemIdOf(value, path);
  if (label === undefined || label === "") return refuseField(path, "the id of a problem, or a gold", value);
  return { problem: label, gold: label };
}
