import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DARK, LIGHT } from "./palette.ts";

const css = readFileSync(new URL("../dashboard/ui/styles/colours.css", import.meta.url), "utf8");
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w+), (#\w+)\);/g)].map(([, name, light, dark]) => [
    name as string,
    [light as string, dark as string] as const,
  ]),
);

test("the page's colours of charts are those that a drawing takes along", () => {
  for (const [name, light] of Object.entries(LIGHT))
    expect(colours.get(name), name).toEqual([light, DARK[name as keyof typeof DARK]]);
});

/** WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), of relative luminances. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test("text has 4.5 times the contrast of what it stands on, in light and dark", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 5);
  for (const mode of [0, 1]) {
    const of = (name: string): string => colours.get(name)?.[mode] as string;
    for (const text of ["ink", "muted", "accent", "good", "bad", "warning"]) {
      for (const ground of ["paper", "ground"])
        expect(contrast(of(text), of(ground)), `${text} on ${ground}, ${mode}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
