import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, adapterFiles } from "../../../src/formats/adapter-files.ts";
import { loadCheckpoint } from "../../../src/formats/checkpoint.ts";
import { LORA_TARGETS } from "../../../src/model/lora-targets.ts";
import { initialAdapter } from "../../../src/model/lora.ts";
import { writeFolderAtomically } from "../../../src/host/write-folder.ts";
import { randomKey, type RandomStream } from "../../../src/random.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageJson, repeatName } from "../damage-json.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";
import { saveSmallModel, SMALL, SMALL_PARAMETERS } from "../small-model.ts";

/** Adapters of PEFT's format with a damaged configuration or damaged tensors. */
export async function makeSuite(folder: string): Promise<FuzzSuite> {
  const [base, adapter] = [join(folder, "base"), join(folder, "adapter")];
  await saveSmallModel(base);
  await writeFolderAtomically(
    adapter,
    adapterFiles(SMALL, initialAdapter(SMALL, { rank: 2, alpha: 4, targets: LORA_TARGETS }, base, randomKey(2))),
  );
  await mkdir(join(folder, "empty"));
  const [configPath, weightsPath] = [join(adapter, ADAPTER_CONFIG), join(adapter, ADAPTER_WEIGHTS)];
  const [config, weights] = [
    JSON.parse(await readFile(configPath, "utf8")) as Record<string, unknown>,
    await readFile(weightsPath),
  ];
  const headerEnd = 8 + Number(weights.readBigUInt64LE(0));
  // A base that is an adapter could be loaded for ever.
  const bases = [
    adapter,
    `${adapter}/../adapter`,
    join(folder, "empty"),
    "nowhere",
    "",
    "../..",
    "a\u0000b",
    weightsPath,
  ];
  const text = JSON.stringify(config);

  function damagedConfig(random: RandomStream, what: string[]): string | Uint8Array {
    const way = random.integer(6);
    if (way < 2) return JSON.stringify(damageJson(config, random, what));
    if (way === 2) return repeatName(text, random, what);
    if (way === 3) return damageBytes(Buffer.from(text), text.length, random, what);
    const change =
      way === 4
        ? { base_model_name_or_path: random.pick(bases) }
        : {
            r: random.pick([1, 3, 4096, 2 ** 31]),
            lora_alpha: random.pick([4, 1e300, 1e-300]),
            use_rslora: random.next() < 0.5,
          };
    what.push(JSON.stringify(change));
    return JSON.stringify({ ...config, ...change });
  }

  return {
    cases: 2000,
    warmUp: 200,
    async damage(random, what) {
      const damagesWeights = random.next() < 0.4;
      await writeFile(configPath, damagesWeights ? text : damagedConfig(random, what));
      await writeFile(weightsPath, damagesWeights ? damageBytes(weights, headerEnd, random, what) : weights);
      return load;
    },
  };

  async function load(): Promise<void> {
    const { parameters } = await loadCheckpoint(adapter);
    // B is zero, so that the adapter changes nothing, but for the sign of a zero.
    if (parameters.length !== SMALL_PARAMETERS.length || !parameters.every((value, i) => value === SMALL_PARAMETERS[i]))
      throw new Error("loaded other parameters than the base's");
  }
}
