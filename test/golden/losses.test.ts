import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { groupAdvantages } from "../../src/advantages/index.ts";
import { backward, compile, Graph } from "../../src/graph/index.ts";
import { policyLoss } from "../../src/losses/index.ts";
import { engineFor, readFloats } from "../../src/engine/index.ts";
import type { AlgorithmOptions } from "../../src/algorithms/algorithm-options.ts";
import { ADVANTAGES, AGGREGATIONS } from "../../src/algorithms/presets.ts";

interface Case {
  readonly name: string;
  readonly config: {
    readonly advantage: AlgorithmOptions["advantages"];
    readonly aggregation: AlgorithmOptions["aggregation"];
    readonly clipEpsilonLow: number;
    readonly clipEpsilonHigh: number;
    readonly klCoefficient: number;
    readonly maxCompletionTokens: number;
  };
  readonly groups: readonly {
    readonly rewards: readonly (number | null)[];
    readonly sequences: readonly {
      readonly newLogprobs: readonly number[];
      readonly oldLogprobs: readonly number[];
      readonly refLogprobs: readonly number[];
    }[];
  }[];
  readonly expected: {
    readonly weights: readonly (readonly number[])[];
    readonly loss: number;
    readonly gradient: readonly (readonly (readonly number[])[])[];
    readonly kl: number;
  };
}

const { cases } = JSON.parse(readFileSync(new URL("losses.json", import.meta.url), "utf8")) as {
  cases: readonly Case[];
};

describe.each(cases)(
  "$name, worked out by PyTorch in double precision (make_losses.py)",
  ({ config, groups, expected }) => {
    // Sequences that carry signal, in order, with what the golden table says of them.
    const chosen = groups.flatMap(({ rewards, sequences }, g) => {
      const advantages = groupAdvantages(rewards, ADVANTAGES[config.advantage]);
      return sequences.flatMap((sequence, s) => {
        const advantage = advantages[s] ?? null;
        return advantage === null
          ? []
          : [{ ...sequence, advantage, gradient: expected.gradient[g]![s]!, weight: expected.weights[g]![s]! }];
      });
    });
    const weights = AGGREGATIONS[config.aggregation](config.maxCompletionTokens)(
      chosen.map((sequence) => sequence.newLogprobs.length),
    );

    test("token weights", () => {
      weights.forEach((weight, i) => expect(weight).toBeCloseTo(chosen[i]!.weight, 12));
    });

    test("the graph's loss, KL and gradient", async () => {
      const graph = new Graph();
      const names = ["logprobs", "oldLogprobs", "refLogprobs", "advantages", "weights"] as const;
      const inputs = Object.fromEntries(names.map((name) => [name, graph.input(name, ["N"])])) as Record<
        (typeof names)[number],
        ReturnType<Graph["input"]>
      >;
      const { loss, kl } = policyLoss(inputs, config);
      const [gradient] = backward(loss, [inputs.logprobs]);
      const engine = await engineFor("cpu");
      const program = await engine.compile(
        compile(graph, { loss, gradient: gradient!, ...(kl === undefined ? {} : { kl }) }),
      );
      const byToken = (of: (sequence: (typeof chosen)[number], t: number, i: number) => number) => {
        const data = Float32Array.from(
          chosen.flatMap((sequence, i) => sequence.newLogprobs.map((_, t) => of(sequence, t, i))),
        );
        return { data, dims: [data.length] };
      };
      const outputs = await program.run({
        logprobs: byToken((sequence, t) => sequence.newLogprobs[t]!),
        oldLogprobs: byToken((sequence, t) => sequence.oldLogprobs[t]!),
        ...(config.klCoefficient > 0 ? { refLogprobs: byToken((sequence, t) => sequence.refLogprobs[t]!) } : {}),
        advantages: byToken((sequence) => sequence.advantage),
        weights: byToken((_sequence, _t, i) => weights[i]!),
      });
      // Single precision against double: relative to the size of the numbers.
      const close = (ours: number, theirs: number): void =>
        expect(Math.abs(ours - theirs)).toBeLessThan(2e-5 * Math.max(1, Math.abs(theirs)));
      close((await readFloats(outputs, "loss"))[0]!, expected.loss);
      const flat = chosen.flatMap((sequence) => sequence.gradient);
      const ours = await readFloats(outputs, "gradient");
      expect(ours.length).toBe(flat.length);
      flat.forEach((theirs, i) => close(ours[i]!, theirs));
      if (config.klCoefficient > 0) {
        const values = await readFloats(outputs, "kl");
        close(values.reduce((sum, value) => sum + value, 0) / values.length, expected.kl);
      }
    });
  },
);
