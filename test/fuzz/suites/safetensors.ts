import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parameterLayout } from "../../../src/model/parameters.ts";
import { readWeights } from "../../../src/formats/read-weights.ts";
import type { RandomStream } from "../../../src/random.ts";
import { damageBytes, HOSTILE_SIZES, joined } from "../damage-bytes.ts";
import { damageJson, repeatName } from "../damage-json.ts";
import type { FuzzSuite } from "../fuzz-suite.ts";
import { mustEqual, saveSmallModel, SMALL } from "../small-model.ts";

const LAYOUT = parameterLayout(SMALL);

/** Safetensors files with damaged headers. */
export async function makeSuite(folder: string): Promise<FuzzSuite> {
  await saveSmallModel(join(folder, "model"));
  const whole = await readFile(join(folder, "model", "model.safetensors"));
  const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
  const header = whole.subarray(8, headerEnd).toString();
  const data = whole.subarray(headerEnd);
  const path = join(folder, "damaged.safetensors");

  function damagedFile(random: RandomStream, what: string[]): Uint8Array {
    const way = random.integer(10);
    if (way < 4) return withHeader(JSON.stringify(damageJson(JSON.parse(header), random, what)), data, random, what);
    if (way === 4) return withHeader(repeatName(header, random, what), data, random, what);
    if (way === 5) return withHeader(JSON.stringify(rearranged(header, random, what)), data, random, what);
    if (way === 6) return joined(whole.subarray(0, headerEnd), damageBytes(data, data.length, random, what));
    return damageBytes(whole, headerEnd, random, what);
  }

  return {
    cases: 10_000,
    warmUp: 200,
    async damage(random, what) {
      const bytes = damagedFile(random, what);
      await writeFile(path, bytes);
      return async () =>
        mustEqual(await readWeights({ files: [path], places: null, where: path }, SMALL), readPlainly(bytes));
    },
  };
}

function withHeader(header: string, data: Uint8Array, random: RandomStream, what: string[]): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = Buffer.alloc(8);
  const lies = random.integer(20) === 0;
  length.writeBigUInt64LE(lies ? random.pick(HOSTILE_SIZES) : BigInt(text.length));
  if (lies) what.push(`a header length of ${length.readBigUInt64LE()}`);
  return joined(length, text, data);
}

/** What keeps a file whole: another order of names, other metadata; or almost: another type or order of lengths. */
function rearranged(header: string, random: RandomStream, what: string[]): unknown {
  const entries = Object.entries(JSON.parse(header) as Record<string, { dtype: string; shape: number[] }>);
  const [, changed] = random.pick(entries.filter(([name]) => name !== "__metadata__"));
  const way = random.integer(4);
  if (way === 0) changed.shape.reverse();
  if (way === 1) changed.dtype = random.pick(["F16", "BF16", "I32", "F32"]);
  if (way === 2) changed.shape.push(1);
  what.push(["a shape reversed", "another type", "a length of 1 more", "names in another order"][way]!);
  return Object.fromEntries(random.shuffle(entries));
}

/** A second, plain reader: what the parameters are by the format's description, one number at a time. */
function readPlainly(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(bytes.subarray(8, start)).toString()) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const flat = new Float32Array(LAYOUT.reduce((total, { size }) => total + size, 0));
  for (const { name, offset, size, shape, transposed } of LAYOUT) {
    const {
      dtype,
      data_offsets: [begin],
    } = header[name]!;
    if (dtype !== "F32") throw new Error(`no case changes a type and its bytes, but ${name} has ${dtype}`);
    const [rows, columns] = transposed ? [shape[1]!, shape[0]!] : [1, size];
    for (let i = 0; i < size; i++)
      flat[offset + (i % columns) * rows + Math.floor(i / columns)] = view.getFloat32(start + begin + 4 * i, true);
  }
  return flat;
}
