import { CLAIMS } from "./claims.ts";
import { CLAIM_WORDS } from "./reproduce-options.ts";
import { expect, test } from "vitest";
import { defineClaim } from "./claim.ts";
import { above, below } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";

const TEXTS = { name: "n", statement: "s", hypothesis: "h", method: "m", control: "c" };

test("measures are read of each seed's outcome, in the order of the seeds", async () => {
  const claim = defineClaim({
    ...TEXTS,
    stages: () => [],
    outcome: (_laboratory: Laboratory, seed: number) =>
      Promise.resolve({ gain: seed / 10, loss: -seed, sometimes: seed === 2 ? 7 : null }),
    measures: (outcomes) => [
      { name: "gain", unit: "share", of: ({ gain }) => gain, test: above(0) },
      { name: "loss", unit: "number", of: ({ loss }) => loss, test: below(-0.5), note: `of ${outcomes.length}` },
      { name: "sometimes", unit: "number", of: ({ sometimes }) => sometimes },
      { name: "never", unit: "number", of: () => null },
    ],
    figures: () => [],
    remarks: (_outcomes, { seeds }) => [`seeds ${seeds.join(", ")}`],
  });
  const { measures, tables, figures, remarks } = await claim.find({} as Laboratory, [1, 2, 3]);
  expect(measures.map(({ name, estimate, test: judged, note }) => [name, estimate.values, judged, note])).toEqual([
    ["gain", [0.1, 0.2, 0.3], { direction: "above", bound: 0 }, undefined],
    ["loss", [-1, -2, -3], { direction: "below", bound: -0.5 }, "of 3"],
    ["sometimes", [7], undefined, undefined],
  ]);
  expect([tables, figures, remarks]).toEqual([[], [], ["seeds 1, 2, 3"]]);
});

test("the help of `aha reproduce` has every claim, in their order", () => {
  expect(Object.keys(CLAIM_WORDS)).toEqual(CLAIMS.map(({ name }) => name));
});
