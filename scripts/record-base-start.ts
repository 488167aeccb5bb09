/**
 * Records what the page shows while its engine loads: the base's own rollouts in the first groups of seed 1, before any
 * update, and what is held out then. Written anew where the base or the sampler changes:
 *
 *   npx tsx scripts/record-base-start.ts
 *
 * Computed by the native engine: for this seed it draws the same tokens as a tab.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelOfBytes } from "../src/formats/model-of-bytes.ts";
import { TAB_DEFAULTS } from "../src/playground/settings.ts";
import { TabRun } from "../src/playground/trainer/tab-run.ts";

/** Groups that are kept, with so many of each one's completions. */
const GROUPS = 4;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, "models", TAB_DEFAULTS.model);
const json = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

const model = modelOfBytes({
  name: TAB_DEFAULTS.model,
  config: json("config.json"),
  tokenizer: json("tokenizer.json"),
  tokenizerConfig: json("tokenizer_config.json"),
  weights: readFileSync(join(folder, "model.safetensors")),
});
const run = await TabRun.open(model, TAB_DEFAULTS);
const { accuracy, meanLength, selfCorrectionShare, problems, samples } = await run.evaluate();
const { metrics, groups } = (await run.next())!;
await run.stop();
const recorded = {
  settings: { model: TAB_DEFAULTS.model, seed: TAB_DEFAULTS.seed },
  parameters: run.parameters,
  heldOut: { accuracy, meanLength, selfCorrectionShare, problems, samples },
  step: {
    accuracy: metrics.accuracy,
    meanLength: metrics.emergence.meanLength,
    selfCorrectionShare: metrics.emergence.selfCorrectionShare,
  },
  groups: groups.slice(0, GROUPS).map(({ problemId, prompt, rollouts }) => ({
    problemId,
    prompt,
    rollouts: rollouts.map(({ rollout, reward, answer, corrects }) => ({
      text: rollout.text,
      stop: rollout.stop,
      verdict: reward.verdict.kind,
      answer,
      corrects,
    })),
  })),
};
writeFileSync(join(root, "src", "playground", "stage", "base-start.json"), `${JSON.stringify(recorded, null, 2)}\n`);
