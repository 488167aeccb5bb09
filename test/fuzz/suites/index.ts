import { copyFile, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readWeights } from "../../../src/formats/read-weights.ts";
import { readSafetensors, writeSafetensors } from "../../../src/formats/safetensors.ts";
import { findWeightFiles } from "../../../src/formats/weight-files.ts";
import type { RandomStream } from "../../../src/random.ts";
import { damageBytes } from "../damage-bytes.ts";
import { damageJson, repeatName } from "../damage-json.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";
import { mustEqual, saveSmallModel, SMALL, SMALL_PARAMETERS } from "../small-model.ts";

const SHARDS = [1, 2].map((number) => `model-0000${number}-of-00002.safetensors`);
/** A whole file outside of the folder, which no index may reach. */
const OUTSIDE = "outside.safetensors";
const FILES: readonly unknown[] = [
  `../${OUTSIDE}`,
  `./../${OUTSIDE}`,
  `x/../../${OUTSIDE}`,
  `..\\${OUTSIDE}`,
  "/etc/passwd",
  "",
  ".",
  "..",
  "model-00001-of-00002.safetensors\u0000",
  SHARDS[0]!.toUpperCase(),
  "missing.safetensors",
  "-rf.safetensors",
  "~.safetensors",
  "index.safetensors",
  3,
  null,
  [SHARDS[0]],
  { file: SHARDS[0] },
];

/** Folders with weights in several files and a damaged index, or damaged shards beside a whole one. */
export async function makeSuite(folder: string): Promise<FuzzSuite> {
  const [model, kept, sharded] = ["model", "kept", "sharded"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await saveSmallModel(model);
  for (const path of [kept, sharded]) await mkdir(path);
  const whole = await readFile(join(model, "model.safetensors"));
  const tensors = [...readSafetensors(whole, "model").tensors.values()];
  const places: Record<string, string> = {};
  for (const [i, shard] of SHARDS.entries()) {
    const part = tensors.filter((_, at) => at % SHARDS.length === i);
    for (const { name } of part) places[name] = shard;
    await writeFile(join(kept, shard), writeSafetensors(part));
    await copyFile(join(kept, shard), join(sharded, shard));
  }
  await writeFile(join(folder, OUTSIDE), whole);
  const index = JSON.stringify({ metadata: { total_size: 4 * SMALL_PARAMETERS.length }, weight_map: places });
  const indexPath = join(sharded, "model.safetensors.index.json");

  function damagedIndex(random: RandomStream, what: string[]): string | Uint8Array {
    const way = random.integer(8);
    if (way < 3) return JSON.stringify(damageJson(JSON.parse(index), random, what));
    if (way === 3) return repeatName(index, random, what);
    if (way === 4) return damageBytes(Buffer.from(index), index.length, random, what);
    if (way === 5) return index;
    const [name, file] = [random.pick(Object.keys(places)), way === 6 ? random.pick(SHARDS) : random.pick(FILES)];
    what.push(`${name} in ${JSON.stringify(file)}`);
    return JSON.stringify({ weight_map: { ...places, [name]: file } });
  }

  /** Returns what puts the shard back. */
  async function damageShard(random: RandomStream, what: string[]): Promise<() => Promise<void>> {
    const [shard, other] = random.shuffle(SHARDS) as [string, string];
    const path = join(sharded, shard);
    const way = random.integer(4);
    what.push(`${shard} ${["missing", "cut", "a copy of the other", "damaged"][way]}`);
    if (way === 0) await rm(path);
    if (way === 1) await truncate(path, random.integer(2000));
    if (way === 2) await copyFile(join(kept, other), path);
    if (way === 3) {
      const bytes = await readFile(path);
      await writeFile(path, damageBytes(bytes, 8 + Number(bytes.readBigUInt64LE(0)), random, what));
    }
    return () => copyFile(join(kept, shard), path);
  }

  return {
    cases: 3000,
    warmUp: 200,
    async damage(random, what) {
      await writeFile(indexPath, damagedIndex(random, what));
      const restore = random.integer(4) === 0 ? await damageShard(random, what) : null;
      return async () => {
        try {
          mustEqual(await readWeights(await findWeightFiles(sharded), SMALL), SMALL_PARAMETERS);
        } finally {
          await restore?.();
        }
      };
    },
  };
}
