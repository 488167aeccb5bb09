import type { Engine, EngineTensor, ModelSpec, Program, ProgramInputs, ProgramOptions } from "../../engine/index.ts";
import { addSame, compile, concatLast, Graph, linear, scale, splitLast } from "../../graph/index.ts";
import { alone, joinedLayout, type JoinedWeight } from "../../model/joined-weights.ts";
import { adaptedLayers, loraScale, type LoraConfig } from "../../model/lora.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { parameterLayout } from "../../model/parameters.ts";

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
    model: AdaptedModel,
    base: ProgramInputs,
    options: ProgramOptions,
  ): Promise<MergedAdapter> {
    const changed = changedWeights(model);
    const program = await engine.compile(mergingGraph(model, changed), options);
    const weights = changed.map(({ name, shape }) => [name, engine.zeros(shape)] as const);
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

interface AdaptedModel {
  readonly config: ModelConfig;
  readonly lora: LoraConfig;
  /** The weights are those of `joinedLayout`. */
  readonly joined?: boolean | undefined;
}

/** The weights that have an adapted part. */
export function changedWeights({ config, lora, joined = false }: AdaptedModel): JoinedWeight[] {
  const adapted = new Set(adaptedLayers(config, lora).map(({ weight }) => weight.name));
  const layout = joined ? joinedLayout(config) : parameterLayout(config).map(alone);
  return layout.filter(({ parts }) => parts.some(({ name }) => adapted.has(name)));
}

function mergingGraph({ config, lora }: AdaptedModel, changed: readonly JoinedWeight[]): ModelSpec {
  const graph = new Graph();
  const layers = new Map(adaptedLayers(config, lora).map((layer) => [layer.weight.name, layer]));
  const merged = changed.map(({ name, shape, parts }) => {
    const whole = graph.input(name, shape);
    const widths = parts.map((part) => part.shape.at(-1)!);
    const cuts = parts.length === 1 ? [whole] : splitLast(whole, widths);
    const added = parts.map((part, i) => {
      const layer = layers.get(part.name);
      if (layer === undefined) return cuts[i]!;
      const [down, up] = [layer.a, layer.b].map((info) => graph.input(info.name, info.shape));
      return addSame(cuts[i]!, scale(linear(down!, up!), loraScale(lora)));
    });
    return [`merged.${name}`, added.length === 1 ? added[0]! : concatLast(added)] as const;
  });
  return compile(graph, Object.fromEntries(merged));
}
