/**
 * Runs every preset of the page's "Try to break it" for its first steps, as a tab would, and writes what came out:
 *
 *   npx tsx scripts/measure-presets.ts src/playground/break-it/measured.json
 *
 * A run that the file has already is not made again. Ten to fifteen minutes on two idle cores.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { modelOfBytes, type ModelOfBytes } from "../src/formats/model-of-bytes.ts";
import { BREAKING_PRESETS, presetSettings, usualSettings } from "../src/playground/break-it/presets.ts";
import type { TabSettings } from "../src/playground/settings.ts";
import { TabRun } from "../src/playground/trainer/tab-run.ts";

const STEPS = 30;
const SEEDS = [1, 2];
/** Held out, before and after. */
const EVALUATION_PROBLEMS = 128;
const [out = "src/playground/break-it/measured.json"] = process.argv.slice(2);

interface Measured {
  readonly preset: string;
  readonly seed: number;
  readonly before: Readonly<Record<string, number>>;
  readonly after: Readonly<Record<string, number>>;
  readonly steps: { readonly accuracy: number[]; readonly meanLength: number[] };
}

function openModel(name: string): ModelOfBytes {
  const file = (of: string): Buffer => readFileSync(join("models", name, of));
  const json = (of: string): unknown => JSON.parse(file(of).toString("utf8"));
  return modelOfBytes({
    name,
    config: json("config.json"),
    tokenizer: json("tokenizer.json"),
    tokenizerConfig: json("tokenizer_config.json"),
    weights: new Uint8Array(file("model.safetensors")),
  });
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;

async function heldOut(run: TabRun): Promise<Record<string, number>> {
  const { accuracy, meanLength, selfCorrectionShare, formatShare, truncatedShare } = await run.evaluate();
  const values = { accuracy, meanLength, selfCorrectionShare, formatShare: formatShare ?? NaN, truncatedShare };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]));
}

async function measure(preset: string, settings: TabSettings): Promise<Measured> {
  const run = await TabRun.open(openModel(settings.model), settings);
  const steps: Measured["steps"] = { accuracy: [], meanLength: [] };
  const before = await heldOut(run);
  for (let step = 0; step < STEPS; step += 1) {
    const { metrics } = (await run.next())!;
    steps.accuracy.push(rounded(metrics.accuracy ?? NaN));
    steps.meanLength.push(rounded(metrics.emergence.meanLength));
  }
  const after = await heldOut(run);
  await run.stop();
  return { preset, seed: settings.seed, before, after, steps };
}

const known = existsSync(out) ? (JSON.parse(readFileSync(out, "utf8")) as { runs: Measured[] }).runs : [];
const runs: Measured[] = [...known];
const wanted = SEEDS.flatMap((seed) => [
  { id: "usual", settings: usualSettings(seed) },
  ...BREAKING_PRESETS.map((preset) => ({ id: preset.id, settings: presetSettings(preset, seed) })),
]);
for (const { id, settings } of wanted) {
  if (runs.some(({ preset, seed }) => preset === id && seed === settings.seed)) continue;
  const began = performance.now();
  const run = await measure(id, { ...settings, evaluationProblems: EVALUATION_PROBLEMS });
  runs.push(run);
  const { before, after } = run;
  console.log(id, settings.seed, before, after, `${Math.round((performance.now() - began) / 1000)} s`);
  writeFileSync(out, `${JSON.stringify({ steps: STEPS, evaluationProblems: EVALUATION_PROBLEMS, runs })}\n`);
}
process.exit(0);
