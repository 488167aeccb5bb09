import type { Engine, EngineTensor } from "../../engine/index.ts";
import type { ModelConfig } from "../../model/model-config.ts";

/**
 * Where the step graph writes what it gives: one place for all steps, as each is read before the next. Results of their
 * own would be megabytes of garbage a step.
 */
export class StepResults {
  private probabilities: Float32Array = new Float32Array(0);
  private keyValues: Float32Array = new Float32Array(0);
  private tensors: Readonly<Record<"probabilities" | "keyValues", EngineTensor>> | undefined;
  private slots = 0;

  constructor(
    private readonly engine: Engine,
    private readonly config: ModelConfig,
  ) {}

  /**
   * The place for so many slots: probabilities [slots, 1, vocabulary], keyValues [slots, 1, layers * 2 * kvHeads *
   * headDim].
   */
  of(slots: number): Readonly<Record<"probabilities" | "keyValues", EngineTensor>> {
    if (this.tensors !== undefined && this.slots === slots) return this.tensors;
    this.dispose();
    const { vocabSize, layers, kvHeads, headDim } = this.config;
    const width = layers * 2 * kvHeads * headDim;
    if (slots * vocabSize > this.probabilities.length) {
      this.probabilities = new Float32Array(slots * vocabSize);
      this.keyValues = new Float32Array(slots * width);
    }
    this.slots = slots;
    this.tensors = {
      probabilities: this.engine.tensor(this.probabilities.subarray(0, slots * vocabSize), [slots, 1, vocabSize]),
      keyValues: this.engine.tensor(this.keyValues.subarray(0, slots * width), [slots, 1, width]),
    };
    return this.tensors;
  }

  dispose(): void {
    for (const tensor of Object.values(this.tensors ?? {})) tensor.dispose();
    this.tensors = undefined;
  }
}
