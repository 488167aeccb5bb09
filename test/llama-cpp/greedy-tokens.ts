import type { Checkpoint } from "../../src/formats/checkpoint.ts";
import { parameterLayout, parameterViews } from "../../src/model/parameters.ts";
import type { Completion } from "../../src/records/rollout.ts";
import { engineFor } from "../../src/engine/index.ts";
import { randomKey } from "../../src/random.ts";
import type { SamplingWatch } from "../../src/policy/sampling/sampling-request.ts";
import { Sampler } from "../../src/policy/sampling/sampler.ts";

/**
 * What aha itself continues a prompt with: the likeliest token again and again, `count` times, ends of text as any
 * other.
 */
export async function greedyTokens(
  model: Pick<Checkpoint, "config" | "parameters">,
  prompt: readonly number[],
  count: number,
): Promise<readonly number[]> {
  return (await greedyCompletion(model, prompt, count)).tokens;
}

/** The same, with the log-probabilities of the tokens at temperature 1. */
export async function greedyCompletion(
  { config: { eosTokenIds: _ends, ...rest }, parameters }: Pick<Checkpoint, "config" | "parameters">,
  prompt: readonly number[],
  count: number,
): Promise<Pick<Completion, "tokens" | "logprobs">> {
  const config = { ...rest, eosTokenIds: [] };
  const layout = parameterLayout(config);
  const views = parameterViews(parameters, layout);
  const engine = await engineFor("cpu");
  const weights = Object.fromEntries(layout.map(({ name, shape }) => [name, engine.tensor(views.get(name)!, shape)]));
  const sampler = await Sampler.create(engine, { config }, weights, { threads: 1 });
  let written: Completion | undefined;
  const options = {
    temperature: 1,
    topK: 0,
    topP: 1,
    greedy: true,
    maxNewTokens: count,
    slots: 1,
  };
  const onGroup: SamplingWatch["onGroup"] = (_request, [completion]) => (written = completion);
  await sampler.sample([{ prompt, keys: [randomKey(0)] }], options, { onGroup });
  await sampler.dispose();
  return written!;
}
