import { expect, test } from "vitest";
import type { ClaimResult, Figure } from "./claim-result.ts";
import { drawFigure } from "./draw-figure.ts";
import { measureText, renderClaims } from "./render-claims.ts";
import { estimate } from "../numbers/statistics.ts";

const FIGURE: Figure = {
  name: "f",
  title: 'a <script> & "b"',
  kind: "lines",
  x: "step",
  y: "share",
  percent: true,
  series: [
    {
      name: "one",
      points: [
        { x: 1, y: 0.2, low: 0.1, high: 0.3 },
        { x: 2, y: 0.4 },
      ],
    },
  ],
};
const RESULT: ClaimResult = {
  claim: "aha",
  statement: "It rises.",
  hypothesis: "It will.",
  method: "We look.",
  control: "The base.",
  seeds: [1, 2, 3],
  measures: [
    {
      name: "gain | <b>",
      unit: "difference",
      estimate: estimate([0.1, 0.2, 0.3]),
      test: { direction: "above", bound: 0 },
    },
  ],
  tables: [{ title: "T", columns: ["a", "b"], rows: [["1|2", "<i>"]] }],
  figures: [FIGURE],
  remarks: ["So it is."],
  conclusion: "inconclusive",
  seconds: 125,
  quick: true,
  command: "npx aha reproduce aha --seeds 3",
};

test.each([
  [0.852, "share", "85.2 %"],
  [0.1234, "difference", "+12.3 points"],
  [-0.05, "difference", "-5.0 points"],
  [1.416, "times", "1.42 times"],
  [2.5, "seconds", "2.50 s"],
  [120.4, "seconds", "120 s"],
] as const)("%f as %s", (value, unit, text) => {
  expect(measureText(value, unit)).toBe(text);
});

test("a report says everything, and lets no text out of its place", () => {
  const { markdown, json, figures } = renderClaims([RESULT], {
    machine: "2 cores",
    version: "0.1.0",
    command: "npx aha reproduce aha",
  });
  expect(markdown).toContain(
    "| gain \\| &lt;b&gt; | +20.0 points [-4.8 points, +44.8 points] | +10.0 points, +20.0 points, +30.0 points | above +0.0 points |",
  );
  expect(markdown).toContain("| 1\\|2 | &lt;i&gt; |");
  expect(markdown).toContain("| [aha](#aha) | inconclusive |");
  expect(markdown).toContain("Nothing can be concluded");
  expect(markdown).toContain("(claims/f.svg)");
  expect(markdown).not.toContain("<script>");
  expect(JSON.parse(json)).toMatchObject({ results: [{ claim: "aha", quick: true }] });
  expect([...figures.keys()]).toEqual(["f.svg"]);
});

test.each(["lines", "bars"] as const)("%s are drawn, escaped", (kind) => {
  const svg = drawFigure({ ...FIGURE, kind, labels: ["x", "y", "z"] });
  expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  expect(svg).not.toContain("<script>");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  const opened = svg.match(/<[a-z]+/g)!.length;
  expect(svg.match(/<\/[a-z]+>|\/>/g)!.length).toBe(opened);
});

test("numbers that aren't finite, and nothing at all, are refused", () => {
  expect(() => drawFigure({ ...FIGURE, series: [{ name: "s", points: [{ x: 0, y: Number.NaN }] }] })).toThrow(
    "finite numbers in the figure f",
  );
  expect(() => drawFigure({ ...FIGURE, series: [] })).toThrow("points in the figure f");
});
