import { expect, test } from "vitest";
import { runGraph } from "../../test/contracts/run-graph.ts";
import { reshape, rowEntropy } from "./index.ts";

test("entropy worked by hand, in nats", async () => {
  const rows = [
    [0.25, 0.25, 0.25, 0.25],
    [0.5, 0.25, 0.125, 0.125],
    // As good as certain.
    [1 - 3e-12, 1e-12, 1e-12, 1e-12],
  ];
  const { entropy } = await runGraph({ all: rows.flat().map(Math.log) }, ({ all }) => ({
    entropy: rowEntropy(reshape(all!, [3, 4], [3, 4])),
  }));
  // ln 4; 0.5 ln 2 + 0.25 ln 4 + 2 * 0.125 ln 8 = 1.75 ln 2; 0.
  [2 * Math.LN2, 1.75 * Math.LN2, 0].forEach((expected, i) => expect(entropy![i]).toBeCloseTo(expected, 6));
});
