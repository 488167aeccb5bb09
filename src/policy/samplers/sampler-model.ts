import { totalmem } from "node:os";
import { RunError } from "../../errors.ts";
import { startAll } from "../../host/start-all.ts";
import { parameterCount } from "../../model/parameters.ts";
import { collectGroups } from "../collect-groups.ts";
import { isLarge } from "../local/policy-size.ts";
import { startLocalPolicy } from "../local/local-policy.ts";
import type { Policy, SampledGroup } from "../policy.ts";
import { trainedCount, type ModelCard } from "./model-card.ts";
import { checkJob, type SamplerJob } from "./sampler-job.ts";

/** Fills memory with the weights of a hash. @returns false where nobody has them */
export type ReadWeights = (sha256: string, into: Float32Array) => Promise<boolean>;

/** A run's model, with so many jobs at once. */
export class SamplerModel {
  private readonly idle: Policy[];

  private constructor(
    readonly card: ModelCard,
    private readonly policies: readonly Policy[],
    private readonly weights: Float32Array,
    private weightsSha256: string,
  ) {
    this.idle = [...policies];
  }

  /** Jobs that are done at once. */
  get width(): number {
    return this.policies.length;
  }

  /**
   * @param workers engine threads of this machine
   * @returns null where the weights aren't there
   * @throws RunError where this machine has too little memory
   */
  static async open(
    card: ModelCard,
    weightsSha256: string,
    workers: number,
    read: ReadWeights,
  ): Promise<SamplerModel | null> {
    const { config, adapted, positions, threads } = card;
    // Memory is taken once by all of a large model's threads, and by each worker of a small one.
    const width = isLarge(config) ? 1 : workers;
    checkFits(card, width);
    const weights = new Float32Array(trainedCount(card));
    const base = adapted === undefined ? undefined : new Float32Array(parameterCount(config));
    if (!(await read(weightsSha256, weights))) return null;
    if (adapted !== undefined && base !== undefined && !(await read(adapted.baseSha256, base))) return null;
    const model =
      adapted === undefined || base === undefined
        ? { config, parameters: weights }
        : { config, parameters: base, adapter: { lora: adapted.lora, parameters: weights, base: "" } };
    const policies = await startAll((started) =>
      Promise.all(
        Array.from({ length: width }, () =>
          started.add(startLocalPolicy(model, { workers: isLarge(config) ? threads : 1, positions })),
        ),
      ),
    );
    return new SamplerModel(card, policies, weights, weightsSha256);
  }

  has(weightsSha256: string): boolean {
    return this.weightsSha256 === weightsSha256;
  }

  /** Takes other weights, while no job is done. @returns false where they aren't there: it then has none */
  async take(weightsSha256: string, read: ReadWeights): Promise<boolean> {
    this.weightsSha256 = "";
    if (!(await read(weightsSha256, this.weights))) return false;
    for (const policy of this.policies) await policy.restore({ parameters: this.weights });
    this.weightsSha256 = weightsSha256;
    return true;
  }

  /** Does a job on a policy that is idle. @throws RunError for a job that the model can't do */
  async sample(job: SamplerJob, signal: AbortSignal): Promise<SampledGroup["completions"][]> {
    checkJob(job, this.card);
    const policy = this.idle.pop()!;
    try {
      return await collectGroups(policy.sample(job.requests, { ...job.sampling, signal }));
    } finally {
      this.idle.push(policy);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.policies.map((policy) => policy.stop()));
  }
}

/** The weights, once for all and once for each policy; what the engine packs, as much again. */
function checkFits(card: ModelCard, width: number): void {
  const base = card.adapted === undefined ? 0 : parameterCount(card.config);
  const bytes = 4 * (trainedCount(card) + base) * (1 + 2 * width);
  if (bytes <= totalmem() / 2) return;
  const [needs, has] = [bytes, totalmem() / 2].map((size) => Math.round(size / 2 ** 20));
  throw new RunError(`Expected a model that fits half of this machine's memory (${has} MB), got one of ${needs} MB.`);
}
