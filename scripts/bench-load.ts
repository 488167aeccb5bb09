/**
 * How long a model takes to load and to save, and what memory that needs at its peak: as a GGUF file, and as a folder
 * with safetensors in F32 and in BF16, which are made of it in a temporary folder. Each load is in a process of its
 * own; medians of 5.
 *
 *   npx tsx scripts/bench-load.ts SmolLM2-135M-Instruct.Q4_1.gguf
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadCheckpoint, saveCheckpoint } from "../src/formats/checkpoint.ts";
import { median } from "../src/numbers/metrics.ts";
import { peakMegabytesResident } from "../src/host/peak-memory.ts";

interface Measured {
  readonly seconds: number;
  readonly peakMegabytes: number;
  /** What the parameters alone take in 32 bits. */
  readonly parameterMegabytes: number;
  /** For saving what was loaded, and the peak after it. */
  readonly saveSeconds?: number;
  readonly savePeakMegabytes?: number;
}

const RUNS = 5;
const MEGABYTE = 2 ** 20;

const [source = "", mode, out] = process.argv.slice(2);
if (mode === "--one") console.log(JSON.stringify(await measure(source, out)));
else await compare(source);

async function measure(model: string, saveTo: string | undefined): Promise<Measured> {
  const seconds = (since: number): number => (performance.now() - since) / 1000;
  const started = performance.now();
  const checkpoint = await loadCheckpoint(model);
  const loaded = {
    seconds: seconds(started),
    peakMegabytes: peakMegabytesResident(),
    parameterMegabytes: Math.round(checkpoint.parameters.byteLength / MEGABYTE),
  };
  if (saveTo === undefined) return loaded;
  const begun = performance.now();
  await saveCheckpoint(saveTo, checkpoint);
  return { ...loaded, saveSeconds: seconds(begun), savePeakMegabytes: peakMegabytesResident() };
}

async function compare(gguf: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "aha-bench-load-"));
  try {
    const [f32, bf16] = [join(folder, "f32"), join(folder, "bf16")];
    await saveCheckpoint(f32, await loadCheckpoint(gguf));
    copyAsBfloat16(f32, bf16);
    for (const [name, model] of [
      ["safetensors F32", f32],
      ["safetensors BF16", bf16],
      ["GGUF", gguf],
    ] as const) {
      const runs = Array.from({ length: RUNS }, () => inOwnProcess(model));
      const of = (field: keyof Measured): number => median(runs.map((run) => run[field] ?? Number.NaN));
      console.log(
        `${name.padEnd(16)}  ${of("seconds").toFixed(2)} s, peak ${of("peakMegabytes")} MB, of which the parameters ${of("parameterMegabytes")} MB`,
      );
    }
    const saves = Array.from({ length: RUNS }, (_, i) => inOwnProcess(f32, join(folder, `saved-${i % 2}`)));
    console.log(
      `saving in F32     ${median(saves.map(({ saveSeconds }) => saveSeconds!)).toFixed(2)} s, peak ${median(saves.map(({ savePeakMegabytes }) => savePeakMegabytes!))} MB, loading included`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inOwnProcess(model: string, saveTo?: string): Measured {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--import", "tsx", import.meta.filename, model, "--one", ...(saveTo === undefined ? [] : [saveTo])],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

/** The folder with the upper halves of its numbers: the same model in half the bytes. */
function copyAsBfloat16(from: string, to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(from))
    if (!name.endsWith(".safetensors")) copyFileSync(join(from, name), join(to, name));
  const bytes = readFileSync(join(from, "model.safetensors"));
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, dataStart).toString()) as Record<
    string,
    { dtype: string; data_offsets: number[] }
  >;
  for (const [name, entry] of Object.entries(header))
    if (name !== "__metadata__")
      Object.assign(entry, { dtype: "BF16", data_offsets: entry.data_offsets.map((offset) => offset / 2) });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const upper = Buffer.alloc((bytes.length - dataStart) / 2);
  for (let at = 0; at < upper.length; at += 2) upper.writeUInt16LE(bytes.readUInt16LE(dataStart + 2 * at + 2), at);
  writeFileSync(join(to, "model.safetensors"), Buffer.concat([length, text, upper]));
}
