import { describe, expect, test } from "vitest";
import { updatePolicy } from "../../src/algorithms/update-policy.ts";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { clippedPolicyLoss, sequenceMean } from "../../src/losses/index.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import { compactPrompt } from "../../src/prompts/index.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import type { Completion } from "../../src/records/rollout.ts";
import { findTask } from "../../src/tasks/index.ts";
import { useSwiftShader } from "./swiftshader.ts";

const missing = useSwiftShader();
const STEPS = 2;

describe.skipIf(missing !== undefined)(`a seeded run on a GPU${missing === undefined ? "" : ` (${missing})`}`, () => {
  test("draws the CPU's tokens, step after step", async () => {
    const expected = await written("cpu");
    const found = await written("webgpu");
    expect(found.map(tokensOf)).toEqual(expected.map(tokensOf));
    expect(found.flatMap(endsOf)).toEqual(expected.flatMap(endsOf));
    const [own, other] = [found, expected].map((steps) => steps.flat(2).flatMap(({ logprobs }) => logprobs));
    expect(Math.max(...own!.map((logprob, i) => Math.abs(logprob - other![i]!)))).toBeLessThan(1e-3);
  });
});

/** What the countdown base writes before and after updates that reward short completions. */
async function written(device: string): Promise<Completion[][][]> {
  const base = await loadCheckpoint(new URL("../../models/countdown-base", import.meta.url).pathname);
  const policy = await startLocalPolicy(base, { device, workers: 1, tokenBudget: 512 });
  const problems = findTask("countdown").problems("train").slice(0, 3);
  const steps: Completion[][][] = [];
  try {
    for (let step = 0; step <= STEPS; step++) {
      const requests = problems.map((problem) => ({
        prompt: base.tokenizer.encode(compactPrompt(problem)),
        keys: [0, 1, 2].map((sample) => splitKey(randomKey(2), step, problem.id, sample)),
      }));
      const drawing = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 24, slots: 6 };
      const groups = await collectGroups(policy.sample(requests, drawing));
      steps.push(groups.map((group) => [...group]));
      if (step === STEPS) break;
      const rollouts = groups.flatMap((group, i) =>
        group.map(({ tokens, logprobs }, sample) => ({
          promptTokens: requests[i]!.prompt,
          tokens,
          logprobs,
          advantage: sample - 1,
        })),
      );
      const metrics = await updatePolicy(policy, rollouts, {
        loss: clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 }),
        schedule: () => 1e-3,
        clipNorm: 1,
        temperature: 1,
        aggregation: sequenceMean,
        minibatches: 1,
        innerEpochs: 1,
        key: splitKey(randomKey(1), step),
      });
      // Sampler and trainer agree.
      expect(metrics.samplerGapMax).toBeLessThan(1e-4);
    }
    return steps;
  } finally {
    await policy.stop();
  }
}

function tokensOf(step: readonly (readonly Completion[])[]): number[][] {
  return step.flat().map(({ tokens }) => [...tokens]);
}

function endsOf(step: readonly (readonly Completion[])[]): string[] {
  return step.flat().map(({ stop }) => stop);
}
