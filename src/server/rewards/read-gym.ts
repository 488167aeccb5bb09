import { isJsonObject } from "../../host/show-json.ts";
import { type BodyFields, refuseField } from "../body-fields.ts";
import { problemLabelOf } from "./read-openrlhf.ts";
import { goldTextOf, problemIdOf } from "./read-score.ts";
import type { CompletionToScore, Label, ScoredCompletion } from "./reward-scorer.ts";

/** Items of a response. */
const MOST_ITEMS = 10_000;

/**
 * What NeMo Gym's agents ask of a resources server's `/verify` (nemo_gym/base_resources_server.py): the row that a
 * rollout began with, and the model's answer as `response`, in the form of OpenAI's Responses. The label is the row's
 * `problem`, `label`, `gold` or `expected_answer`, beside the others or in `verifier_metadata`.
 *
 * @throws ApiProblem 400
 */
export function readGym(body: BodyFields): CompletionToScore {
  const response = body.object("response");
  const output = response.get("output");
  if (!Array.isArray(output) || output.length > MOST_ITEMS)
    return refuseField("response.output", `a list of at most ${MOST_ITEMS} items`, output);
  const cut = response.get("incomplete_details");
  return {
    label: gymLabel(body),
    prompt: promptOf(body.object("responses_create_params").get("input")),
    completion: output.map((item: unknown, i) => textOfItem(item, `response.output[${i}]`)).join(""),
    truncated: response.get("status") === "incomplete" || (isJsonObject(cut) && cut["reason"] === "max_output_tokens"),
    tokens: response.object("usage").integer("output_tokens", 0),
  };
}

/**
 * What answers it: the request again, with the reward. A sample that could not be judged says so by `mask_sample`,
 * which leaves it out; its reward must be a number there.
 */
export function gymAnswer(body: BodyFields, { reward, verdict, score, reason, parts }: ScoredCompletion): object {
  const missing = reward === null;
  return {
    ...body.all(),
    reward: reward ?? 0,
    verdict,
    score: score ?? 0,
    ...(reason === undefined ? {} : { reason }),
    reward_parts: parts,
    mask_sample: missing,
    failure_kind: missing ? "verifier_error" : null,
    failure_reason: missing ? (reason ?? "not scored") : null,
  };
}

function gymLabel(body: BodyFields): Label {
  const places = [body, body.object("verifier_metadata")];
  const first = (name: string): { readonly value: unknown; readonly path: string } | undefined => {
    const place = places.find((fields) => fields.get(name) !== undefined);
    return place === undefined ? undefined : { value: place.get(name), path: place.path(name) };
  };
  const label = first("label");
  if (label !== undefined) return problemLabelOf(label.value, label.path);
  const problem = first("problem");
  const gold = first("gold") ?? first("expected_answer");
  if (problem === undefined && gold === undefined)
    return refuseField("verifier_metadata.problem", "the id of a problem, or a `gold` in its place", undefined);
  return {
    problem: problem === undefined ? undefined : problemIdOf(problem.value, problem.path),
    gold: gold === undefined ? undefined : goldTextOf(gold.value, gold.path),
  };
}

/** The text of an item; thinking that the model's server took apart is put together again. */
function textOfItem(item: unknown, path: string): string {
  if (!isJsonObject(item)) return refuseField(path, "an object", item);
  if (item["type"] === "reasoning") {
    const thinking = partsOf(item["content"], "reasoning_text") || partsOf(item["summary"], "summary_text");
    return thinking === "" ? "" : `<think>${thinking}</think>\n`;
  }
  if (item["type"] !== "message") return "";
  const { content } = item;
  return typeof content === "string" ? content : partsOf(content, "output_text");
}

function partsOf(content: unknown, type: string): string {
  if (!Array.isArray(content)) return "";
  const texts = content.map((part: unknown) =>
    isJsonObject(part) && part["type"] === type && typeof part["text"] === "string" ? part["text"] : "",
  );
  return texts.join("");
}

/** The prompt as far as its end decides on how a completion is read. */
function promptOf(input: unknown): string | undefined {
  if (typeof input === "string") return input;
  // Messages are put by the model's own template, which nobody here knows.
  return undefined;
}
