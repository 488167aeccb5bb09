import { expect, test, vi } from "vitest";
import { clippedPolicyLoss } from "../../losses/index.ts";
import { initialParameters } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey } from "../../random.ts";
import type { TrainingSequence } from "../../records/rollout.ts";
import type { PolicyState } from "../policy.ts";
import { startLocalPolicy } from "./local-policy.ts";

const memory = vi.hoisted(() => ({ shared: true }));
vi.mock("../../host/shared-memory.ts", () => ({
  isShared: (buffer: object) => buffer instanceof SharedArrayBuffer,
  sharedMemory: (bytes: number) => (memory.shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)),
}));

const CONFIG = tinyConfig();
const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0.1 });

const SEQUENCES = Array.from({ length: 6 }, (_, i): TrainingSequence => {
  const tokens = [1 + i, 2, 3 + (i % 4)];
  return { promptTokens: [1, i], tokens, weight: 1, advantage: i - 2.5, refLogprobs: [-1, -2, -1.5] };
});

/** A clone would still be a window on shared memory. */
function copyOf({ parameters, moments, reference }: PolicyState): PolicyState {
  const { firstMoment, secondMoment, updates } = moments;
  return {
    parameters: parameters.slice(),
    moments: { firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), updates },
    reference: reference?.slice(),
  };
}

/** Two updates, a restored state, and what the reference and the policy then say. */
async function run(shared: boolean) {
  memory.shared = shared;
  const parameters = initialParameters(CONFIG, randomKey(3)).map((value) => (value === 1 ? 1 : value * 8));
  const policy = await startLocalPolicy(
    { config: CONFIG, parameters },
    { workers: 2, optimizer: { weightDecay: 0.1 } },
  );
  try {
    const step = { learningRate: 0.01, clipNorm: 1, temperature: 1 };
    await policy.keepReference();
    const first = await policy.update(SEQUENCES, LOSS, step);
    const state = copyOf(await policy.state());
    const second = await policy.update(SEQUENCES.toReversed(), LOSS, step);
    await policy.restore(state);
    const again = await policy.update(SEQUENCES.toReversed(), LOSS, step);
    return {
      updates: [first, second],
      again,
      reference: await policy.score("reference", SEQUENCES, 1),
      scores: await policy.score("policy", SEQUENCES, 1),
      state: copyOf(await policy.state()),
    };
  } finally {
    await policy.stop();
  }
}

test("without shared memory the same bytes are computed", async () => {
  const shared = await run(true);
  const apart = await run(false);
  expect(apart).toEqual(shared);
  expect(shared.again).toEqual(shared.updates[1]);
  expect(shared.updates[0]!.gradNorm).toBeGreaterThan(0);
  expect(shared.scores).not.toEqual(shared.reference);
});
