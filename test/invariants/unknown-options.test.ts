import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { trainRewardModel } from "../../src/algorithms/train-reward-model.ts";
import { Conversation } from "../../src/chat/conversation.ts";
import { rejectionSample } from "../../src/distillation/rejection-sampling.ts";
import { OptionError } from "../../src/errors.ts";
import { evaluateModel, sampleModel } from "../../src/evaluation/evaluate-model.ts";
import { previewPrompts } from "../../src/evaluation/preview-prompts.ts";
import { studyModel } from "../../src/evaluation/study-model.ts";
import { testTimeModel } from "../../src/evaluation/test-time-model.ts";
import { distil } from "../../src/pipelines/distil.ts";
import { planR1 } from "../../src/pipelines/run-r1.ts";
import { pretrain } from "../../src/pretraining/pretrain.ts";
import { serve } from "../../src/server/serve.ts";
import { runSft } from "../../src/training/run-sft.ts";
import { runZero } from "../../src/training/run-zero.ts";

const model = "models/countdown-base";
const folder = join(tmpdir(), "aha-never-made");

const JOBS: Readonly<Record<string, (given: object) => Promise<unknown>>> = {
  runZero: (given) => runZero(folder, { base: model, ...given }),
  runSft: (given) => runSft(folder, { base: model, data: "none.jsonl", ...given }),
  trainRewardModel: (given) => trainRewardModel(folder, [], { base: model, ...given }),
  pretrain: (given) => pretrain(folder, given),
  distil: (given) => distil({ student: model, folder, ...given }),
  rejectionSample: (given) => rejectionSample(folder, { model, ...given }),
  planR1: async (given) => planR1({ base: model, folder, ...given }),
  evaluateModel: (given) => evaluateModel({ model, ...given }),
  sampleModel: (given) => sampleModel({ model, ...given }),
  studyModel: (given) => studyModel({ model, ...given }),
  testTimeModel: (given) => testTimeModel({ model, budgets: [8], ...given }),
  previewPrompts: (given) => previewPrompts({ model, ...given }),
  serve: (given) => serve(model, given),
  "Conversation.open": (given) => Conversation.open({ model, ...given }),
};

test.each(Object.entries(JOBS))("%s refuses an option that it doesn't know, with the nearest", async (name, job) => {
  const [given, meant] = name === "trainRewardModel" ? ["epoch", "epochs"] : ["tsk", "task"];
  const refused = await job({ [given]: "countdown" }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OptionError);
  expect((refused as OptionError).message).toBe(`Expected a known option, got "${given}". Did you mean \`${meant}\`?`);
  expect(existsSync(folder)).toBe(false);
});
