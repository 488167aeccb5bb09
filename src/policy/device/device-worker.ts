/**
 * The program of the engine worker on a device of its own: what is trained stays there, and what is sampled is drawn
 * there.
 */
import { engineFor } from "../../engine/index.ts";
import { isStopped } from "../../host/stop-flag.ts";
import { recomputation } from "../local/policy-size.ts";
import { PolicyTrainer } from "../local/policy-trainer.ts";
import type { PolicyWorkerCalls, PolicyWorkerInit, RequestCompletions } from "../local/policy-worker.ts";
import { ProgramCache } from "../program-cache.ts";
import { WritingIntake, type WritingNotice } from "../local/writing-intake.ts";
import { DeviceSampler } from "./device-sampler.ts";
import { DeviceWeights } from "./device-weights.ts";
import { keepsForWriting } from "./kept-for-writing.ts";

export interface DeviceWorkerCalls extends PolicyWorkerCalls {
  /** Takes over one of the weights under an adapter (`joinedLayout`), by its parameters. */
  placeBase(name: string, parameters: readonly Float32Array[]): Promise<void>;
}

export default async function start(
  init: PolicyWorkerInit,
  notify: (notice: RequestCompletions | WritingNotice) => void,
): Promise<DeviceWorkerCalls> {
  const engine = await engineFor(init.device);
  const { tokenBudget, packing, config, positions } = init;
  const recompute = recomputation(init.recompute, init);
  const model = { config, positions, recompute, lora: init.adapted?.lora, joined: true };
  const weights = await DeviceWeights.create(engine, init);
  const programs = new ProgramCache(engine, {});
  const trainer = new PolicyTrainer({ model, weights, programs, tokenBudget, packing });
  let made: Promise<DeviceSampler> | undefined;
  const sampler = (): Promise<DeviceSampler> =>
    (made ??= DeviceSampler.create(engine, model, weights.inputs, {
      rewritten: (graph) => weights.graph(graph),
      ...keepsForWriting(init),
    }));
  /** What was written leaves room for what is trained. */
  const yieldMemory = async (): Promise<void> => (await made)?.release();
  return {
    placeBase: (name, parameters) => weights.placeBase(name, parameters),
    refresh: () => weights.refresh(),
    settle: () => weights.settle(),
    async sample(requests, options, stop) {
      return (await sampler()).sample(requests, options, {
        stopped: () => isStopped(stop),
        onGroup: (request, completions) => notify({ request, completions }),
      });
    },
    async write(slots) {
      const intake = new WritingIntake(init.orders, notify);
      await (await sampler()).write(slots, (job) => intake.serve(job), intake.watch);
    },
    async score(request) {
      await yieldMemory();
      return trainer.score(request);
    },
    async gradients(request) {
      await yieldMemory();
      return trainer.gradients(request);
    },
    update: (learningRate, clipNorm) => weights.update(learningRate, clipNorm),
  };
}
