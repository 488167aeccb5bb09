import { EngineError } from "../../errors.ts";
import { modelOfBytes, type ModelOfBytes } from "../../formats/model-of-bytes.ts";

/** Takes how much of how many bytes has come. */
export type OnBytes = (bytes: number, of: number) => void;

/**
 * Fetches a model of the page.
 *
 * @param root address of the page's folder
 * @throws EngineError where it doesn't arrive
 */
export async function loadModel(root: string, name: string, onBytes: OnBytes): Promise<ModelOfBytes> {
  const at = (file: string): string => new URL(`models/${name}/${file}`, root).href;
  const [config, tokenizer, tokenizerConfig, weights] = await Promise.all([
    fetchJson(at("config.json")),
    fetchJson(at("tokenizer.json")),
    fetchJson(at("tokenizer_config.json")),
    fetchBytes(at("model.safetensors"), onBytes),
  ]);
  return modelOfBytes({ name, config, tokenizer, tokenizerConfig, weights });
}

/** A JSON file. @throws EngineError where it does not arrive, such as where a host answers with a page of its own */
export async function fetchJson(address: string): Promise<unknown> {
  const answer = await answered(address);
  return answer.json().catch((error: unknown) => {
    throw new EngineError(
      `Expected ${nameOf(address)} to arrive as JSON, got something else: ${(error as Error).message}; load the page again.`,
    );
  });
}

/** A file's bytes, with what has come on the way. @throws EngineError where it doesn't arrive */
export async function fetchBytes(address: string, onBytes: OnBytes): Promise<Uint8Array<ArrayBuffer>> {
  const { body, headers } = await answered(address);
  // Of a compressed answer it is the size on the way, not that of the file.
  const said = headers.get("content-encoding") === null ? Number(headers.get("content-length") ?? 0) : 0;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    bytes += value.length;
    onBytes(bytes, Math.max(said, bytes));
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function nameOf(address: string): string {
  return address.split("/").slice(-2).join("/");
}

async function answered(address: string): Promise<Response> {
  const what = nameOf(address);
  const response = await fetch(address).catch((error: unknown) => {
    throw new EngineError(`Expected ${what} to arrive, got none: ${(error as Error).message}; load the page again.`);
  });
  if (!response.ok)
    throw new EngineError(`Expected ${what} to arrive, got status ${response.status}; load the page again.`);
  return response;
}
