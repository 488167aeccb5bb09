import type { Engine, EngineTensor, ModelSpec, Program, ProgramInputs, ProgramOptions } from "../../engine/index.ts";
import { addSame, compile, Graph, linear, scale } from "../../graph/index.ts";
import { adaptedLayers, loraScale, type LoraConfig } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";

/**
 * The weights that an adapter changes, with the change: W + (alpha / rank) A B. Writing with them takes a third of the
 * nodes, for as much memory as these weights take.
 */
export class MergedAdapter {
  private constructor(
    private readonly program: Program,
    private readonly base: ProgramInputs,
    /** By the names of the weights. */
    readonly weights: Readonly<Record<string, EngineTensor>>,
  ) {}

  /** @param base the model's weights and the adapter's by their names; what they hold may change */
  static async create(
    engine: Engine,
    { config, lora }: { readonly config: ModelConfig; readonly lora: LoraConfig },
    base: ProgramInputs,
    options: ProgramOptions,
  ): Promise<MergedAdapter> {
    const program = await engine.compile(mergingGraph(config, lora), options);
    const layers = adaptedLayers(config, lora);
    const weights = layers.map(({ weight }) => [weight.name, engine.zeros(weight.shape)] as const);
    return new MergedAdapter(program, base, Object.fromEntries(weights));
  }

  /** Merges what the weights hold now. */
  async refresh(): Promise<void> {
    const merged = Object.entries(this.weights).map(([name, tensor]) => [`merged.${name}`, tensor] as const);
    await this.program.run(this.base, Object.fromEntries(merged));
  }

  async dispose(): Promise<void> {
    for (const tensor of Object.values(this.weights)) tensor.dispose();
    await this.program.dispose();
  }
}

function mergingGraph(config: ModelConfig, lora: LoraConfig): ModelSpec {
  const graph = new Graph();
  const merged = adaptedLayers(config, lora).map(({ weight, a, b }) => {
    const [from, down, up] = [weight, a, b].map(({ name, shape }) => graph.input(name, shape));
    return [`merged.${weight.name}`, addSame(from!, scale(linear(down!, up!), loraScale(lora)))] as const;
  });
  return compile(graph, Object.fromEntries(merged));
}
