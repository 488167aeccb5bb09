import { noteGarbage } from "../../host/collect-garbage.ts";
import type { WorkerHandle } from "../../host/worker-calls.ts";
import { joinedLayout } from "../../model/joined-weights.ts";
import type { DeviceWorkerCalls } from "../device/device-worker.ts";
import type { PolicyModel } from "../policy.ts";
import type { PolicyWorkerCalls } from "./policy-worker.ts";

/**
 * Gives a device the weights under an adapter, one after the other: a message can't hold all of a large model's, and
 * memory no second copy of them.
 */
export async function placeBase(
  worker: WorkerHandle<PolicyWorkerCalls>,
  { config, parameters }: Pick<PolicyModel, "config" | "parameters">,
): Promise<void> {
  const { calls } = worker as WorkerHandle<DeviceWorkerCalls>;
  try {
    // A message has the whole memory that a window lies in, so each goes as a copy of its own.
    for (const { name, parts } of joinedLayout(config)) {
      const values = parts.map(({ offset, size }) => parameters.slice(offset, offset + size));
      noteGarbage(values.reduce((bytes, { byteLength }) => bytes + byteLength, 0));
      await calls.placeBase(name, values);
    }
  } catch (error) {
    await worker.stop();
    throw error;
  }
}
