import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { parameterCount } from "../../../src/model/parameters.ts";
import { damagedGguf } from "../damage-gguf.ts";
import { smallGguf } from "../gguf-file.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";

/** GGUF files with damaged headers. What a header says that is accepted, `test/fuzz/gguf-oracle.test.ts` compares. */
export function makeSuite(folder: string): Promise<FuzzSuite> {
  const whole = smallGguf();
  const path = join(folder, "damaged.gguf");
  return Promise.resolve({
    cases: 10_000,
    warmUp: 200,
    async damage(random, what) {
      await writeFile(path, damagedGguf(whole, random, what));
      return load;
    },
  });

  async function load(): Promise<void> {
    const { config, parameters, tokenizer } = await loadCheckpoint(path);
    if (parameters.length !== parameterCount(config) || !parameters.every(Number.isFinite))
      throw new Error("loaded parameters that don't fit the config or aren't finite");
    const ids = tokenizer.encode("ab a1<|end|>");
    if (!ids.every((id) => Number.isInteger(id) && id >= 0 && id < config.vocabSize))
      throw new Error(`a text became ${ids.join(" ")}`);
    if (typeof tokenizer.decode(ids) !== "string") throw new Error("ids became no text");
  }
}
