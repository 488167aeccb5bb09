import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { modelConfigFromJson, modelConfigToJson } from "../../../src/model/model-config.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageJson, repeatName } from "../damage-json.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";
import { mustEqual, saveSmallModel, SMALL_PARAMETERS } from "../small-model.ts";

/** Model folders with a damaged config.json, or generation_config.json beside a whole one. */
export async function makeSuite(folder: string): Promise<FuzzSuite> {
  const model = join(folder, "model");
  await saveSmallModel(model);
  const [path, generationPath] = [join(model, "config.json"), join(model, "generation_config.json")];
  const plain = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  const scaled = {
    ...plain,
    rope_parameters: {
      rope_type: "llama3",
      rope_theta: 10_000,
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 32,
    },
  };
  const generation = JSON.parse(await readFile(generationPath, "utf8")) as Record<string, unknown>;
  return {
    cases: 3000,
    warmUp: 200,
    async damage(random, what) {
      const isGeneration = random.integer(6) === 0;
      const json = isGeneration ? generation : [plain, scaled][random.next() < 0.5 ? 0 : 1]!;
      const text = JSON.stringify(json);
      const way = random.integer(6);
      const damage = (): string | Uint8Array => {
        if (way < 4) return JSON.stringify(damageJson(json, random, what));
        if (way === 4) return repeatName(text, random, what);
        return damageBytes(Buffer.from(text), text.length, random, what);
      };
      const damaged = damage();
      await writeFile(path, isGeneration ? JSON.stringify(plain) : damaged);
      await writeFile(generationPath, isGeneration ? damaged : JSON.stringify(generation));
      return load;
    },
  };

  async function load(): Promise<void> {
    const { config, parameters } = await loadCheckpoint(model);
    // The shapes follow from the config, so no damage that loads may change what is read.
    mustEqual(parameters, SMALL_PARAMETERS);
    const again = modelConfigFromJson(modelConfigToJson(config), "config.json");
    if (JSON.stringify(again) !== JSON.stringify(config)) throw new Error("the config is another one once it is saved");
  }
}
