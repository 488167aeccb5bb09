import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { givenModel } from "../../src/pipelines/given-model.ts";
import { pairsStage } from "../../src/pipelines/pairs-stage.ts";
import { StageRunner, type Source, type Stage } from "../../src/pipelines/stage-runner.ts";
import { measureStage, rejectionStage } from "../../src/pipelines/training-stages.ts";
import type { TrainingEvent } from "../../src/training/training-event.ts";
import { newFolder } from "../run/cli-run.ts";
import { taskModule } from "./own-verifiers.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;
const SAMPLED = { problems: 0, samples: 16, temperature: 1, maxCompletionTokens: 128, seed: 1, workers: 2 };

type Define = (runner: StageRunner, model: Source, task: string) => Stage;
const STAGES: readonly (readonly [string, Define])[] = [
  [
    "rejection sampling",
    (runner, teacher, task) =>
      rejectionStage(runner, { name: "data", teacher, options: { ...SAMPLED, task }, expectedSeconds: 1 }),
  ],
  [
    "preference pairs",
    (runner, policy, task) => {
      const options = { ...SAMPLED, task, rating: "rule", gap: 1, perPrompt: 2 } as const;
      return pairsStage(runner, { name: "pairs", policy, options, expectedSeconds: 1 });
    },
  ],
  [
    "measuring",
    (runner, model, task) => {
      const options = { ...SAMPLED, task, split: "heldOut" } as const;
      return measureStage(runner, { name: "measure", model, options, expectedSeconds: 1 });
    },
  ],
];

test.each(STAGES)("%s tells that its judge waits for the verifier, and goes on when it is up", async (_, define) => {
  const folder = newFolder();
  const [log, up] = [join(folder, "log"), join(folder, "up")];
  const verify = `() => {
    appendFileSync(${JSON.stringify(log)}, ".");
    if (statSync(${JSON.stringify(log)}).size > 8 && !existsSync(${JSON.stringify(up)})) throw new Error("no connection");
    return true;
  }`;
  const task = taskModule(verify, `import { appendFileSync, existsSync, statSync } from "node:fs";`);
  const pauses: TrainingEvent[] = [];
  const onEvent = (event: TrainingEvent): void => {
    if (event.kind !== "judge paused") return;
    pauses.push(event);
    writeFileSync(up, "");
  };
  const runner = new StageRunner(join(folder, "stages"), { onEvent });
  await runner.result(define(runner, await givenModel(BASE), task));
  expect(pauses).toMatchObject([{ taskName: "own", reason: expect.stringMatching(/no connection/) as string }]);
});
