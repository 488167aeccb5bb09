import type { DeviceChoice } from "../local/engine-options.ts";
import { startLocalPolicy, type LocalPolicyOptions } from "../local/local-policy.ts";
import type { Policy, PolicyModel } from "../policy.ts";
import { chooseDevice, type DeviceQuestion } from "./choose-device.ts";

/**
 * Puts a model to work on the device that a choice stands for.
 *
 * @throws what `chooseDevice` and `startLocalPolicy` throw
 */
export async function startChosenPolicy(
  model: PolicyModel,
  {
    device: choice = "cpu",
    ...options
  }: Omit<LocalPolicyOptions, "device"> & { readonly device?: DeviceChoice | undefined },
  context: Pick<DeviceQuestion, "signal" | "onNote"> = {},
): Promise<Policy> {
  const { workers, basePrecision } = options;
  const asked = { ...context, config: model.config, lora: model.adapter?.lora, basePrecision, workers };
  const { device } = await chooseDevice(choice, asked);
  return startLocalPolicy(model, { ...options, device });
}
