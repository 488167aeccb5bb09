import type { BodyFields } from "../body-fields.ts";
import { withoutEnds } from "./completion-ends.ts";
import { problemLabelOf } from "./read-openrlhf.ts";
import { requiredText } from "./read-score.ts";
import type { CompletionToScore } from "./reward-scorer.ts";

/**
 * What slime asks of `--rm-type remote_rm --rm-url` (slime/rollout/rm_hub, `remote_rm`): `{ prompt, response, label }`,
 * one completion; a number answers it. A prompt that is a list of messages isn't looked at.
 *
 * @param end as for `readOpenRlhf`
 * @throws ApiProblem 400
 */
export function readSlime(body: BodyFields, end: string): CompletionToScore {
  const prompt = body.get("prompt");
  const { text, ended } = withoutEnds(requiredText(body, "response"), end);
  return {
    label: problemLabelOf(body.get("label"), "label"),
    prompt: typeof prompt === "string" ? prompt : undefined,
    completion: text,
    truncated: end !== "" && !ended,
    tokens: undefined,
  };
}
