import { isJsonObject } from "../../host/show-json.ts";
import { BodyFields, refuseField } from "../body-fields.ts";
import type { CompletionToScore } from "./reward-scorer.ts";

/** Characters of a problem's id. */
const LONGEST_ID = 1000;
const MOST_TOKENS = 10_000_000;

/**
 * The completions of a request to `/score`.
 *
 * @param most of one request
 * @throws ApiProblem 400 for what is no such request, with the place of what is wrong
 */
export function readScore(body: BodyFields, most: number): CompletionToScore[] {
  const items = requiredList(body, "items", most);
  return items.map((item, i) => {
    if (!isJsonObject(item)) return refuseField(`items[${i}]`, "an object", item);
    const fields = new BodyFields(item, `items[${i}].`);
    const problem = problemIdOf(fields.get("problem"), fields.path("problem"));
    const gold = goldTextOf(fields.get("gold"), fields.path("gold"));
    if (problem === undefined && gold === undefined)
      return refuseField(fields.path("problem"), "the id of a problem, or a `gold` beside it", undefined);
    return {
      label: { problem, gold },
      prompt: fields.text("prompt"),
      completion: requiredText(fields, "completion"),
      truncated: fields.boolean("truncated") ?? false,
      tokens: fields.integer("tokens", 0, MOST_TOKENS),
    };
  });
}

/** A list of at most so many. @throws ApiProblem 400 */
export function requiredList(body: BodyFields, name: string, most: number): readonly unknown[] {
  const value = body.get(name);
  if (Array.isArray(value) && value.length <= most) return value as readonly unknown[];
  return refuseField(name, `a list of at most ${most}`, value);
}

/** A text that must be there. @throws ApiProblem 400 */
export function requiredText(fields: BodyFields, name: string): string {
  return fields.text(name) ?? refuseField(fields.path(name), "a text", undefined);
}

/** A problem's id: a text, or a number that stands for one. @throws ApiProblem 400 */
export function problemIdOf(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "string" && value.length <= LONGEST_ID) return value;
  return refuseField(path, `an id of at most ${LONGEST_ID} characters`, value);
}

/** A gold as data hold it: a text, a number, or JSON. @throws ApiProblem 400 */
export function goldTextOf(value: unknown, path: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "object") return JSON.stringify(value);
  return refuseField(path, "a text, a number or JSON", value);
}
