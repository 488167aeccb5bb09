import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import type { Source } from "./stage-runner.ts";

/** A model that was there before, named by the hash of its files. @throws CheckpointError for a folder without one */
export function givenModel(folder: string): Source {
  const hash = createHash("sha256");
  for (const file of ["config.json", "model.safetensors", "tokenizer.json"]) {
    const path = join(folder, file);
    if (!existsSync(path)) throw new CheckpointError(`Expected a model in ${folder}, found no ${file}.`);
    hash.update(readFileSync(path));
  }
  return { name: "model", key: hash.digest("hex"), folder };
}
