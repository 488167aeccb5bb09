import type { RunStore } from "../store/index.ts";
import { LARGEST } from "../store/shape.ts";
import { metricTable } from "./metric-table.ts";
import { stepTimes } from "./step-times.ts";
import { encodeEvents } from "./tf-events.ts";

/**
 * Tags by the names of StepMetrics, so that TensorBoard puts together what belongs together; what isn't named here is
 * under `other/`.
 */
const TAGS: Readonly<Record<string, string>> = {
  accuracy: "accuracy/train",
  accuracyError: "accuracy/trainError",
  "heldOut.accuracy": "accuracy/heldOut",
  "heldOut.standardError": "accuracy/heldOutError",
  "heldOut.greedyAccuracy": "accuracy/heldOutGreedy",
  "heldOut.majorityAccuracy": "accuracy/heldOutMajority",
  "emergence.meanLength": "length/mean",
  "emergence.rightLength": "length/right",
  "emergence.wrongLength": "length/wrong",
  "emergence.truncatedLength": "length/truncated",
  "heldOut.meanLength": "length/heldOut",
  truncatedShare: "length/truncatedShare",
  rewardMean: "reward/mean",
  formatShare: "reward/formatShare",
  signalShare: "reward/signalShare",
  unverifiable: "reward/unverifiable",
  loss: "update/loss",
  gradNorm: "update/gradNorm",
  clipFraction: "update/clipFraction",
  kl: "update/kl",
  entropy: "update/entropy",
  samplerGap: "update/samplerGap",
  samplerGapMax: "update/samplerGapMax",
  learningRate: "update/learningRate",
  updates: "update/updates",
  trainedTokens: "update/trainedTokens",
  rolloutSeconds: "seconds/rollout",
  rewardSeconds: "seconds/reward",
  updateSeconds: "seconds/update",
  seconds: "seconds/step",
  tokensPerSecond: "speed/tokensPerSecond",
};
const GROUPS: readonly (readonly [start: string, group: string])[] = [
  ["rewardByPart.", "reward/part/"],
  ["emergence.", "emergence/"],
  ["heldOut.emergence.", "emergence/heldOut/"],
  ["heldOut.", "heldOut/"],
  ["ahead.", "ahead/"],
];

/** The tag of a figure: `accuracy/heldOut`, `reward/part/format`. */
export function tensorBoardTag(name: string): string {
  if (Object.hasOwn(TAGS, name)) return TAGS[name]!;
  const group = GROUPS.find(([start]) => name.startsWith(start));
  return (group === undefined ? `other/${name}` : `${group[1]}${name.slice(group[0].length)}`).replaceAll(".", "/");
}

/**
 * A TensorBoard event file of a run: every figure of every step and evaluation as a scalar in 32 bits, with its step
 * and the time at which the step ended. Give the file a name with `tfevents` in it.
 *
 * @throws RunError where the run is damaged
 */
export function metricsToTensorBoard(store: RunStore): Uint8Array {
  const started = (store.states()[0]?.time ?? 0) / 1000;
  const metrics = store.metrics();
  const ends = stepTimes(metrics, store.states());
  const timeOf = new Map(metrics.map(({ step }, index) => [step, ends[index]!]));
  let now = started;
  const events = metricTable(store).map(({ step, values }) => {
    now = timeOf.get(step) ?? now;
    // A figure of a later version may be anything; one that 32 bits don't hold is left out.
    const held = [...values].filter(([, value]) => Math.abs(value) <= LARGEST);
    return { wallTime: now, step, scalars: new Map(held.map(([name, value]) => [tensorBoardTag(name), value])) };
  });
  return encodeEvents(started, events);
}
