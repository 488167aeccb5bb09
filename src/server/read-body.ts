import { foreignJson } from "../text/foreign-json.ts";
import { ApiProblem } from "./api-problem.ts";
import { BodyFields } from "./body-fields.ts";

/**
 * Reads the JSON object of a request.
 *
 * @param most bytes that are taken
 * @throws ApiProblem 413 for more, 400 for what is no JSON object
 */
export async function readBody(request: Request, most: number): Promise<BodyFields> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (request.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw tooLarge(most);
    chunks.push(chunk);
  }
  const json = foreignJson(Buffer.concat(chunks, length));
  if (json.expected !== undefined)
    throw new ApiProblem(400, `Expected the body to be ${json.expected}, got ${json.got ?? "something else"}.`);
  return new BodyFields(json.value);
}

function tooLarge(most: number): ApiProblem {
  return new ApiProblem(413, `Expected a body of at most ${most} bytes, got more; shorten the request.`);
}
