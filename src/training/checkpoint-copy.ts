import type { Policy, PolicyModel, PolicyState } from "../policy/policy.ts";

/** What a checkpoint reads of a policy. */
export type CheckpointedPolicy = Pick<Policy, "served" | "config" | "state" | "model">;

/** What is written behind a step: the policy, and what else the job keeps, by name. */
export interface CheckpointSource {
  readonly policy: CheckpointedPolicy;
  readonly extras: ReadonlyMap<string, Float32Array>;
}

/** Numbers that are copied, at most: 64 MiB. More are written before training goes on. */
const MOST_COPIED = 2 ** 24;

/**
 * A copy of what a checkpoint is made of, so that training may change the original while it is written.
 *
 * @returns null where a server has the weights, or there are too many to have them twice
 */
export async function copiedSource({ policy, extras }: CheckpointSource): Promise<CheckpointSource | null> {
  if (policy.served !== undefined) return null;
  const state = await policy.state();
  const kept = [...extras.values()].reduce((sum, { length }) => sum + length, 0);
  if (3 * state.parameters.length + kept > MOST_COPIED) return null;
  const model = copiedModel(await policy.model());
  const { firstMoment, secondMoment, updates } = state.moments;
  const copied: PolicyState = {
    parameters: (model.adapter ?? model).parameters,
    moments: { firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), updates },
    reference: undefined,
  };
  return {
    policy: { config: policy.config, state: async () => copied, model: async () => model },
    extras: new Map(Array.from(extras, ([name, values]) => [name, values.slice()])),
  };
}

/** With what is trained as a copy: the base under an adapter stays as it is. */
function copiedModel(model: PolicyModel): PolicyModel {
  const { adapter } = model;
  if (adapter === undefined) return { ...model, parameters: model.parameters.slice() };
  return { ...model, adapter: { ...adapter, parameters: adapter.parameters.slice() } };
}
