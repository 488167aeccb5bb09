import type { AdamWState } from "../../optimizer/index.ts";
import { sharedMemory } from "../../host/shared-memory.ts";
import type { OptimizerMoments } from "../policy.ts";

/**
 * What all workers of a model see: its trained parameters as published, a place for each one's gradients, and the
 * optimizer's state.
 */
export interface SharedState {
  readonly parameters: SharedArrayBuffer;
  /** One a worker. */
  readonly gradients: readonly SharedArrayBuffer[];
  /** The parameters of the reference policy, where one is kept. */
  readonly reference: SharedArrayBuffer;
  readonly firstMoment: SharedArrayBuffer;
  readonly secondMoment: SharedArrayBuffer;
  /** One 32-bit integer: updates that the moments have seen. */
  readonly updates: SharedArrayBuffer;
}

/**
 * Memory that is never touched is never taken: a model that is only sampled from has no gradients and moments in fact.
 *
 * @param inPlace parameters in shared memory are trained where they are
 */
export function shareState(initial: Float32Array, workers: number, inPlace: boolean = false): SharedState {
  const room = (): SharedArrayBuffer => sharedMemory(initial.length * 4);
  const { buffer } = initial;
  const isTaken = inPlace && buffer instanceof SharedArrayBuffer && buffer.byteLength === initial.byteLength;
  const state = {
    parameters: isTaken ? buffer : room(),
    reference: room(),
    gradients: Array.from({ length: workers }, room),
    firstMoment: room(),
    secondMoment: room(),
    updates: sharedMemory(4),
  };
  if (!isTaken) new Float32Array(state.parameters).set(initial);
  return state;
}

/** A copy of parameters that a policy trains in place; it spares the second copy while the policy is there. */
export function trainedInPlace(parameters: Float32Array): Float32Array {
  const shared = new Float32Array(sharedMemory(parameters.byteLength));
  shared.set(parameters);
  return shared;
}

/** The optimizer's state as it is; it follows every update. */
export function momentsOf(state: SharedState): OptimizerMoments {
  return {
    firstMoment: new Float32Array(state.firstMoment),
    secondMoment: new Float32Array(state.secondMoment),
    updates: new Int32Array(state.updates)[0]!,
  };
}

export function setMoments(state: SharedState, { firstMoment, secondMoment, updates }: OptimizerMoments): void {
  new Float32Array(state.firstMoment).set(firstMoment);
  new Float32Array(state.secondMoment).set(secondMoment);
  new Int32Array(state.updates)[0] = updates;
}

/** Another update has been made on the shared moments. */
export function countUpdate(state: SharedState): void {
  new Int32Array(state.updates)[0]!++;
}

/** Lets an optimizer make its step on the shared state. */
export function withMoments(state: SharedState, step: (moments: AdamWState) => void): void {
  const moments = { ...momentsOf(state) };
  step(moments);
  new Int32Array(state.updates)[0] = moments.updates;
}
