import { foreignJson } from "../text/foreign-json.ts";
import { misfitText, type Shape } from "./shape.ts";

/** The value of a JSON text of others, where it is of a shape; in words what was expected where it isn't. */
export function shapedJson(
  text: string,
  shape: Shape,
): { readonly value: unknown; readonly wrong?: undefined } | { readonly wrong: string } {
  const json = foreignJson(text);
  if (json.expected !== undefined) return { wrong: `expected ${json.expected}` };
  const misfit = shape(json.value);
  return misfit === null ? { value: json.value } : { wrong: misfitText(misfit) };
}
