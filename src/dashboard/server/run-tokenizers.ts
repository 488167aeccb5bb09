import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { AhaError } from "../../errors.ts";
import { readJsonFile, readOptionalJsonFile } from "../../host/json-file.ts";
import { loadTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.ts";
import { staysInside } from "./run-folders.ts";

const MOST_BYTES = 2 ** 25;
/** What a tokenizer with expressions of its own may take for a completion; a shading isn't worth waiting longer for. */
const SECONDS = 1;
/** A large vocabulary takes some 100 MB. */
const MOST_TOKENIZERS = 2;

/** The tokenizers of the runs that are looked at, from the models in their folders; a run without one has none. */
export class RunTokenizers {
  private readonly known = new Map<string, Promise<Tokenizer | null>>();

  /** Of a run's folder; null where none can be read, as while its first checkpoint is being written. */
  async of(folder: string): Promise<Tokenizer | null> {
    const model = modelFolder(folder);
    if (model === null) return null;
    const key = `${model} ${statSync(join(model, "tokenizer.json")).mtimeMs}`;
    const loading = this.known.get(key) ?? load(model);
    this.known.delete(key);
    this.known.set(key, loading);
    for (const old of this.known.keys()) if (this.known.size > MOST_TOKENIZERS) this.known.delete(old);
    return loading;
  }
}

/** A damaged tokenizer costs the shading of tokens, not the text. */
async function load(model: string): Promise<Tokenizer | null> {
  try {
    const json = await readJsonFile(join(model, "tokenizer.json"), MOST_BYTES);
    return loadTokenizer(json, await readOptionalJsonFile(join(model, "tokenizer_config.json"), MOST_BYTES), {
      seconds: SECONDS,
    });
  } catch (error) {
    if (error instanceof AhaError) return null;
    throw error;
  }
}

/** The trained model, or a checkpoint. All of a run's models have the same tokenizer. */
function modelFolder(folder: string): string | null {
  return (
    [join(folder, "final"), ...checkpoints(folder)].find((model) =>
      staysInside(folder, join(model, "tokenizer.json")),
    ) ?? null
  );
}

function checkpoints(folder: string): string[] {
  try {
    return readdirSync(join(folder, "checkpoints")).map((name) => join(folder, "checkpoints", name));
  } catch {
    // Before the first checkpoint there is no such folder.
    return [];
  }
}
