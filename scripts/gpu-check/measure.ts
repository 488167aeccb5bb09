/**
 * One section of the check, on our side: prints a JSON line for each measurement.
 *
 *   node measure.js self-test gradients | self-test policy | train DEVICE SHAPE RANK SIZES | write DEVICE SHAPE |
 *                   step DEVICE SHAPE | like-cpu DEVICE SHAPE | auto | against-before | real DEVICE
 */
import { autoChoice, againstBefore, realRun } from "./programs.ts";
import type { Measurement } from "./measurement.ts";
import { gradientTest, policyTest } from "./self-test.ts";
import type { ShapeName } from "./shapes.ts";
import { largeTest, stepSpeed, trainingSpeed, writingSpeed, type Job } from "./speed.ts";

const isQuick = process.env["QUICK"] === "1";
const [section = "", ...words] = process.argv.slice(2);
const job = (): Job => ({ device: words[0]!, shape: words[1] as ShapeName, isQuick });

const SECTIONS: Readonly<Record<string, () => AsyncIterable<Measurement>>> = {
  "self-test": () => (words[0] === "gradients" ? gradientTest("webgpu") : policyTest("webgpu")),
  train: () => trainingSpeed(job(), Number(words[2]), words[3]!.split(",")),
  write: () => writingSpeed(job()),
  step: () => stepSpeed(job()),
  "like-cpu": () => largeTest(job()),
  auto: autoChoice,
  "against-before": () => againstBefore(isQuick),
  real: () => realRun(words[0]!, isQuick),
};

if (!Object.hasOwn(SECTIONS, section)) throw new Error(`Expected a section, got ${section}.`);
for await (const measurement of SECTIONS[section]!()) console.log(JSON.stringify(measurement));
// Threads of the engine that still run end with the process.
process.exit(0);
