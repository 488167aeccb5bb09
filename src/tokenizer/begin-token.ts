import { isJsonObject } from "../host/show-json.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * The token that a tokenizer puts before every text, as text; empty where it puts none. It says so by `add_bos_token`,
 * or by the template of its post-processor (Llama 3).
 */
export function beginToken({ json, config }: Tokenizer): string {
  const named = isJsonObject(config["bos_token"]) ? config["bos_token"]["content"] : config["bos_token"];
  const added = config["add_bos_token"];
  if (added === false) return "";
  if (added === true && typeof named === "string") return named;
  return firstOfProcessor(json["post_processor"]) ?? "";
}

function firstOfProcessor(processor: unknown): string | undefined {
  if (!isJsonObject(processor)) return undefined;
  if (Array.isArray(processor["processors"]))
    return processor["processors"].map(firstOfProcessor).find((token) => token !== undefined);
  const single = processor["single"];
  const first: unknown = processor["type"] === "TemplateProcessing" && Array.isArray(single) ? single[0] : undefined;
  const special = isJsonObject(first) ? first["SpecialToken"] : undefined;
  return isJsonObject(special) && typeof special["id"] === "string" ? special["id"] : undefined;
}
