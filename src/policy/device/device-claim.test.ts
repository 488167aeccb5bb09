import { expect, test } from "vitest";
import { EngineError } from "../../errors.ts";
import { initialParameters } from "../../model/parameters.ts";
import { tinyConfig } from "../../model/tiny-config.ts";
import { randomKey } from "../../random.ts";
import { startLocalPolicy } from "../local/local-policy.ts";
import { claimDevice } from "./device-claim.ts";

const config = tinyConfig();
const model = { config, parameters: initialParameters(config, randomKey(1)) };

test("one policy has a GPU; the CPU is there for all", () => {
  const release = claimDevice("webgpu");
  expect(() => claimDevice("webgpu")).toThrow(EngineError);
  expect(() => claimDevice("cuda")).toThrow(/a second on cuda while one is on webgpu; stop the first/);
  claimDevice("cpu")();
  release();
  const again = claimDevice("cuda");
  // Once given back it is another's.
  release();
  expect(() => claimDevice("webgpu")).toThrow(/while one is on cuda/);
  again();
});

test("a policy is refused while another has the GPU, and a CPU policy isn't", async () => {
  const release = claimDevice("webgpu");
  await expect(startLocalPolicy(model, { workers: 1, device: "webgpu" })).rejects.toThrow(
    /one policy on a GPU at a time/,
  );
  await (await startLocalPolicy(model, { workers: 1 })).stop();
  release();
});

test("a policy that doesn't start gives the device back", async () => {
  for (let i = 0; i < 2; i++)
    await expect(startLocalPolicy(model, { workers: 1, device: "abacus" })).rejects.toThrow(/`device` to be one of/);
  claimDevice("webgpu")();
});
