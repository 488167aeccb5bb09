import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addressText, readAddress } from "../address.ts";
import recorded from "../caveats/recorded-claims.json" with { type: "json" };
import { TAB_DEFAULTS } from "../settings.ts";
import en from "../words/en.json" with { type: "json" };
import zh from "../words/zh.json" with { type: "json" };
import { measuredRuns, measuredValues, type MeasuredRun } from "./measured.ts";
import { linkedSettings, BREAKING_PRESETS, presetOf } from "./presets.ts";

test("a preset's link gives its settings, and is known again by them", () => {
  for (const preset of BREAKING_PRESETS) {
    const settings = linkedSettings(preset, 7, 3);
    const read = readAddress(addressText({ settings, step: null, group: null, sample: null })).settings;
    expect(read).toEqual({ ...TAB_DEFAULTS, seed: 7, workers: 3, ...preset.change });
    expect(presetOf(read)?.id).toBe(preset.id);
  }
  expect(presetOf({ ...TAB_DEFAULTS, seed: 9 })).toBeUndefined();
});

test("what happened is told in figures of the measured runs alone", () => {
  for (const words of [en.breakIt, zh.breakIt] as readonly Readonly<Record<string, string>>[])
    for (const { id } of BREAKING_PRESETS) {
      const text = words[`${id}Happened`]!;
      expect(text.match(/\d(?!\})/g)).toBeNull();
      for (const [, name] of text.matchAll(/\{(\w+)\}/g)) expect(measuredValues(id)).toHaveProperty(name!);
    }
});

test("the measured runs did what the texts say", () => {
  const all = (preset: string, holds: (run: MeasuredRun, usual: MeasuredRun) => boolean): void => {
    const runs = measuredRuns(preset);
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2]);
    runs.forEach((run, i) => expect(holds(run, measuredRuns("usual")[i]!), `${preset} ${run.seed}`).toBe(true));
  };
  all("usual", ({ before, after }) => after.accuracy > 2 * before.accuracy && after.meanLength > 3 * before.meanLength);
  all("format", ({ before, after }) => after.formatShare > 0.98 && after.accuracy < before.accuracy);
  all("format", ({ before, after }) => after.selfCorrectionShare < before.selfCorrectionShare / 4);
  all("pairs", ({ after }, usual) => Math.abs(after.accuracy - usual.after.accuracy) < 0.05);
  const behind = measuredRuns("noBaseline").map(
    ({ after }, i) => measuredRuns("usual")[i]!.after.accuracy - after.accuracy,
  );
  expect(Math.min(...behind)).toBeLessThan(0.05);
  expect(Math.max(...behind)).toBeGreaterThan(0.25);
  all("cool", ({ before, after }) => before.selfCorrectionShare < 0.02 && after.accuracy > 0.65);
  all("fast", ({ after }) => after.accuracy < 0.01);
  all("noRetries", ({ after }) => after.selfCorrectionShare === 0 && after.meanLength < 25);
  all("lengthRewarded", ({ after }) => after.meanLength > 250 && after.truncatedShare > 0.95 && after.accuracy < 0.02);
});

interface ClaimCurves {
  readonly results: readonly {
    readonly claim: string;
    readonly conclusion: string;
    readonly figures: readonly {
      readonly name: string;
      readonly series: readonly { readonly name: string; readonly points: readonly { readonly y: number }[] }[];
    }[];
  }[];
}
const { results } = JSON.parse(readFileSync("docs/claims/claims.json", "utf8")) as ClaimCurves;

test("recorded courses are those of the claims report", () => {
  const claimed = (claim: string, name: string): number[] =>
    results
      .find((result) => result.claim === claim)!
      .figures.find((figure) => figure.name === claim)!
      .series.find((series) => series.name === name)!
      .points.map(({ y }) => Math.round(y * 1e4) / 1e4);
  const expected = [
    [recorded.hacked.score, claimed("rules", "score of the reward model")],
    [recorded.hacked.right, claimed("rules", "right answers")],
    [recorded.hacked.byRules, claimed("rules", "right answers, by rules")],
    [recorded.usual.length, claimed("length", "base with retries")],
    [recorded.control.length, claimed("length", "control, no retries")],
    [recorded.usual.selfCorrection, claimed("aha", "base with retries")],
    [recorded.control.selfCorrection, claimed("aha", "control, no retries")],
  ] as const;
  for (const [ours, theirs] of expected) {
    expect(ours).toHaveLength(theirs.length);
    ours.forEach((value, i) => expect(value).toBeCloseTo(theirs[i]!, 3));
  }
});

test("each figure of what it is not, of the guesses and of hacking stands in the README or the claims", () => {
  const sources = ["README.md", "docs/claims.md"].map((file) => readFileSync(file, "utf8")).join("\n");
  const known = new Set(sources.match(/\d+(?:\.\d+)*(?: [%M](?!\w))?/g));
  for (const words of [en, zh]) {
    const { hackedName, hackedExpect, hackedHappened } = words.breakIt;
    const texts = [
      ...Object.values(words.caveats),
      ...Object.values(words.guess),
      hackedName,
      hackedExpect,
      hackedHappened,
    ];
    const numbers = texts
      .map((text) => text.replace(/\bR1\b/g, ""))
      .flatMap((text) => text.match(/\d+(?:\.\d+)*(?: [%M](?!\w))?/g) ?? []);
    expect(numbers.length).toBeGreaterThan(15);
    for (const number of numbers) expect(known.has(number) || known.has(number.replace(/^0/, "")), number).toBe(true);
  }
});

/** Verdicts by claim: those of the report, and of the reports of single claims, which are newer. */
function verdicts(): ReadonlyMap<string, string> {
  const folder = "docs/claims-one-by-one";
  const single = readdirSync(folder)
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => [...readFileSync(`${folder}/${file}`, "utf8").matchAll(/^## ([\w-]+)\n\n\*\*([\w ]+)\.\*\*/gm)]);
  return new Map([
    ...results.map(({ claim, conclusion }) => [claim, conclusion] as const),
    ...single.map(([, claim, verdict]) => [claim!, verdict!.toLowerCase()] as const),
  ]);
}

test("as many claims were reproduced as the page says", () => {
  const count = (verdict: string): number => [...verdicts().values()].filter((one) => one === verdict).length;
  expect([count("reproduced"), count("not reproduced"), count("inconclusive")]).toEqual([13, 2, 0]);
  expect(en.caveats.small).toContain("Of fifteen claims that were measured, thirteen were reproduced and two were not");
  expect(zh.caveats.small).toContain("十五个论断里，十三个得到复现，两个没有得到复现");
});
