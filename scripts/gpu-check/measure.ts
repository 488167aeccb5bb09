/**
 * One section of the check, on our side: prints a JSON line for each measurement.
 *
 *   node measure.js self-test gradients|policy|loop DEVICE | train DEVICE SHAPE RANK SIZES [halves|recompute] |
 *                   write DEVICE SHAPE | step DEVICE SHAPE | budgets DEVICE SHAPE RANK | slots DEVICE SHAPE |
 *                   merged DEVICE SHAPE | like-cpu DEVICE SHAPE | auto | no-cuda | against-before | real DEVICE
 */
import { againstBefore, autoChoice, cudaRefusal, realRun } from "./programs.ts";
import type { Measurement } from "./measurement.ts";
import { AhaError } from "../../src/errors.ts";
import { gradientTest, loopTest, policyTest } from "./self-test.ts";
import type { ShapeName } from "./shapes.ts";
import { largeTest, stepSpeed, trainingSpeed, writingSpeed, type Job } from "./speed.ts";
import { budgetSpeed, mergeSpeed, slotSpeed } from "./variants.ts";

const isQuick = process.env["QUICK"] === "1";
const [section = "", ...words] = process.argv.slice(2);
const job = (): Job => ({
  device: words[0]!,
  shape: words[1] as ShapeName,
  isQuick,
  halves: words.includes("halves"),
  recompute: words.includes("recompute"),
});
const TESTS = { gradients: gradientTest, policy: policyTest, loop: loopTest };

const SECTIONS: Readonly<Record<string, () => AsyncIterable<Measurement>>> = {
  "self-test": () => TESTS[words[0] as keyof typeof TESTS](words[1]!),
  train: () => trainingSpeed(job(), Number(words[2]), words[3]!.split(",")),
  write: () => writingSpeed(job()),
  step: () => stepSpeed(job()),
  budgets: () => budgetSpeed(job(), Number(words[2])),
  slots: () => slotSpeed(job()),
  merged: () => mergeSpeed(job()),
  "like-cpu": () => largeTest(job()),
  auto: autoChoice,
  "no-cuda": cudaRefusal,
  "against-before": () => againstBefore(isQuick),
  real: () => realRun(words[0]!, isQuick),
};

if (!Object.hasOwn(SECTIONS, section)) throw new Error(`Expected a section, got ${section}.`);
try {
  for await (const measurement of SECTIONS[section]!()) console.log(JSON.stringify(measurement));
} catch (error) {
  // What aha says in one line is told in one line.
  console.error(error instanceof AhaError ? error.message : error);
  process.exit(1);
}
// Threads of the engine that still run end with the process.
process.exit(0);
