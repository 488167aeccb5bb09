import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openRunStore } from "../../src/store/index.ts";
import { aha, newFolder } from "./cli-run.ts";

/**
 * What training computes, recorded on one commit and held by all that follow: weights, rollouts and advantages, bit for
 * bit. Engine kernels differ by processor, so that digests are kept for each kind; `AHA_RECORD_BYTES=1` records this
 * machine's.
 */
const RECORDED = new URL("same-bytes.json", import.meta.url);
type Digests = Record<string, unknown>;
const recorded = JSON.parse(readFileSync(RECORDED, "utf8")) as Record<string, Digests>;
const recording = process.env["AHA_RECORD_BYTES"] === "1";
const kind = processorKind();
/** A processor that nobody recorded yet has nothing to compare with. */
const known = recording || recorded[kind] !== undefined;

/** The instruction sets that the engine's kernels choose by, as the system tells them. */
function processorKind(): string {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const flags = new Set((/^flags\s*:(.*)$/m.exec(info)?.[1] ?? "").split(" "));
  const sets = ["avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16"];
  const found = sets.filter((set) => flags.has(set));
  return `${process.platform} ${process.arch} ${found.length > 0 ? found.join(" ") : (cpus()[0]?.model ?? "")}`.trim();
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Weights, and of every rollout what was sampled and what it earned. */
function computed(folder: string): Digests {
  const store = openRunStore(folder, { readOnly: true });
  const hash = createHash("sha256");
  for (const { step, problemId, rollout, advantage, reward } of store.rollouts({})) {
    hash.update(`${step} ${problemId} ${rollout.tokens.join(",")} ${reward.total} ${advantage}\n`);
    hash.update(new Uint8Array(Float32Array.from(rollout.logprobs).buffer));
  }
  store.close();
  return { weights: sha256(readFileSync(join(folder, "final", "model.safetensors"))), rollouts: hash.digest("hex") };
}

function check(name: string, digests: Digests): void {
  if (recording) {
    const all = JSON.parse(readFileSync(RECORDED, "utf8")) as Record<string, Digests>;
    all[kind] = { ...all[kind], [name]: digests };
    writeFileSync(RECORDED, `${JSON.stringify(all, null, 2)}\n`);
  }
  expect(digests).toEqual(recording ? digests : recorded[kind]![name]);
}

const MEASURED = ["--evaluation-problems", "8", "--evaluation-samples", "1", "--workers", "2"];
const SMALL = ["--steps", "4", "--problems-per-step", "4", "--group-size", "4", "--max-completion-tokens", "64"];

function trained(...flags: readonly string[]): string {
  const folder = join(newFolder(), "run");
  const { code, stderr } = aha(...flags, "--run", folder, ...MEASURED);
  expect(code, stderr).toBe(0);
  return folder;
}

describe.skipIf(!known)(`the same bytes as recorded${known ? "" : ` (nothing recorded for ${kind})`}`, () => {
  test("R1-Zero, 12 steps", () => check("zero", computed(trained("zero", "--seed", "1", "--steps", "12"))));

  test("a KL penalty, several minibatches", () => {
    const flags = ["--preset", "paper", "--kl-coefficient", "0.01", "--minibatches", "2", "--inner-epochs", "2"];
    check("kl", computed(trained("zero", "--seed", "2", ...SMALL, ...flags)));
  });

  test("LoRA", () =>
    check("lora", computed(trained("zero", "--seed", "3", ...SMALL, "--lora", "4", "--learning-rate", "0.01"))));

  test("a critic", () => check("critic", computed(trained("zero", "--seed", "4", ...SMALL, "--critic"))));

  test("fine-tuning on the right rollouts of a run", () => {
    const data = trained("zero", "--seed", "6", ...SMALL);
    check("sft", computed(trained("sft", "--data", data, "--task", "countdown", "--seed", "5", "--batch-size", "4")));
  });

  test("the stages of R1 have the keys that they had", () => {
    const { code, stdout, stderr } = aha("r1", "--plan", "--json");
    expect(code, stderr).toBe(0);
    const { stages } = JSON.parse(stdout.trim().split("\n").at(-1)!) as { stages: { name: string; folder: string }[] };
    check("r1", Object.fromEntries(stages.map(({ name, folder }) => [name, folder])));
  });
});
