import { expect, test } from "vitest";
import { FAKE_BASE } from "../../test/contracts/fake-job.ts";
import type { Policy, ServedWeights } from "../policy/policy.ts";
import { copiedSource, type CheckpointSource } from "./checkpoint-copy.ts";

const { config } = FAKE_BASE;

/** Of a policy whose memory its updates write into. */
function source(size: number, more: Partial<Policy> = {}): CheckpointSource & { readonly train: () => void } {
  const numbers = [1, 2, 3, 4].map((value) => new Float32Array(size).fill(value));
  const [parameters, firstMoment, secondMoment, critic] = numbers as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const state = { parameters, moments: { firstMoment, secondMoment, updates: 7 }, reference: undefined };
  const policy = {
    config,
    state: () => Promise.resolve(state),
    model: () => Promise.resolve({ config, parameters }),
    ...more,
  } as Policy;
  return { policy, extras: new Map([["critic", critic]]), train: () => numbers.forEach((values) => values.fill(0)) };
}

test("training goes on and the copy stays", async () => {
  const original = source(8);
  const copy = await copiedSource(original);
  original.train();
  const { moments } = await copy!.policy.state();
  const { parameters } = await copy!.policy.model();
  expect([parameters, moments.firstMoment, moments.secondMoment, copy!.extras.get("critic")]).toEqual(
    [1, 2, 3, 4].map((value) => new Float32Array(8).fill(value)),
  );
  expect(moments.updates).toBe(7);
});

test("under an adapter that alone is copied, and the base is the same memory", async () => {
  const base = new Float32Array([5]);
  const original = source(8);
  const adapter = { lora: { rank: 1, alpha: 1, targets: [] }, base: "base", ...(await original.policy.state()) };
  const policy = {
    ...original.policy,
    model: () => Promise.resolve({ config, parameters: base, adapter }),
  } as unknown as Policy;
  const copy = await copiedSource({ policy, extras: new Map() });
  original.train();
  const model = await copy!.policy.model();
  expect(model.parameters).toBe(base);
  expect(model.adapter!.parameters).toEqual(new Float32Array(8).fill(1));
});

test("what is large, or a server's, isn't copied", async () => {
  expect(await copiedSource(source(2 ** 22))).not.toBeNull();
  expect(await copiedSource(source(2 ** 22 + 1))).toBeNull();
  expect(await copiedSource(source(8, { served: {} as ServedWeights }))).toBeNull();
});
