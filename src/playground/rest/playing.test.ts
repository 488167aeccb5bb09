import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readRecording } from "../../export/recording/read-recording.ts";
import { MOST_RECORDING_BYTES, type RecordedPart, type Recording } from "../../export/recording/recording.ts";
import { lineChart } from "../../draw/line-chart.ts";
import { svgText } from "../../draw/svg-text.ts";
import type { EvaluationResult } from "../../records/metrics.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import en from "../words/en.json" with { type: "json" };
import {
  groupsAt,
  highestValue,
  joinedRecordings,
  piecesOf,
  PLAYED_FIGURES,
  playedSeries,
  stopsOf,
} from "./playing.ts";
import { measuredText, readShownClaims, type ShownClaim } from "./shown-claim.ts";
import { REST_TOPICS } from "./topics.ts";

const FOLDER = fileURLToPath(new URL("../recordings/", import.meta.url));
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
const read = (name: string): Recording => readRecording(readFileSync(`${FOLDER}${name}`));
const partOf = (name: string, place = 0): RecordedPart => read(name).parts[place]!;
const NAMES = { training: "training", heldOut: "held out", part: ({ name }: RecordedPart) => name };

test.each(names)("%s can be read, is small, says what made it, and is played", (name) => {
  expect(readFileSync(`${FOLDER}${name}`).length).toBeLessThanOrEqual(MOST_RECORDING_BYTES);
  const { command, parts } = read(name);
  expect(command).toMatch(/^aha (zero|r1|distill) /);
  expect(parts.some((part) => stopsOf([part]).length > 5 && part.groups.length > 3)).toBe(true);
  for (const { groups } of parts)
    for (const { completions } of groups)
      for (const completion of completions) expect(piecesOf(completion)?.join("")).toBe(completion.text);
});

const CLAIMS = shownClaims();

function shownClaims(): Readonly<Record<string, ShownClaim>> {
  const file = fileURLToPath(new URL("../../../docs/claims/claims.json", import.meta.url));
  const { results } = foreignJson(readFileSync(file)).value as { readonly results: readonly ShownClaim[] };
  return readShownClaims(JSON.stringify(Object.fromEntries(results.map((result) => [result.claim, result]))));
}

test("every topic has its recordings, and its text names nothing that its claim doesn't measure", () => {
  for (const { text, claim, values, recordings } of REST_TOPICS) {
    for (const name of recordings) expect(existsSync(`${FOLDER}${name}`), name).toBe(true);
    const said = (en.rest as Readonly<Record<string, string>>)[text.slice("rest.".length)]!;
    const named = [...said.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    expect(named.toSorted()).toEqual(Object.keys(values).toSorted());
    for (const measure of Object.values(values)) expect(measuredText(CLAIMS[claim!]!, measure), measure).not.toBeNull();
  }
});

test("what is shown of the claims is said in the page's words, so that it can be read in each language", () => {
  const said: readonly string[] = Object.values(en.evidence);
  const isName = (text: string): boolean => !/[a-z]{2}/i.test(text) || /^Dev\d$/.test(text) || said.includes(text);
  for (const { claim, recordings } of REST_TOPICS) {
    if (claim === null) continue;
    const { figures, tables } = CLAIMS[claim]!;
    const inFigures = figures.flatMap(({ title, x, y, series, labels = [] }) => [
      title,
      x,
      y,
      ...labels,
      ...series.map(({ name }) => name),
    ]);
    // Tables are shown where nothing is played.
    const inTables = tables.flatMap(({ title, columns, rows }) => [title, ...columns, ...rows.flat()]);
    const shown = recordings.length === 0 ? [...inFigures, ...inTables] : inFigures;
    expect(
      shown.filter((text) => !isName(text)),
      claim,
    ).toEqual([]);
  }
});

test("a figure grows to a step, and its axis is that of the whole run", () => {
  const [accuracy] = PLAYED_FIGURES;
  const part = partOf("language-by-the-rule.json");
  const [training, heldOut] = playedSeries(accuracy!, [part], 10, NAMES);
  expect([training!.x.at(0), training!.x.at(-1)]).toEqual([1, 40]);
  expect(training!.y.findLastIndex((value) => value !== null)).toBe(9);
  expect(heldOut!.x).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40]);
  expect(heldOut!.y.map((value) => value !== null)).toEqual([true, true, true, ...Array<boolean>(6).fill(false)]);
  expect(highestValue(accuracy!, [part])).toBe(1);
  const loss = PLAYED_FIGURES.find(({ id }) => id === "loss")!;
  expect(playedSeries(loss, [part], 10, NAMES)).toEqual([]);
});

test("numbers as large as a stranger may send, and evaluations that lack some, are drawn", () => {
  const part = partOf("language-by-the-rule.json");
  const huge = part.metrics.map((row) => ({
    ...row,
    accuracy: 3.4e38,
    emergence: { ...row.emergence, meanLength: 0 },
  }));
  const evaluations = part.evaluations.map(({ result: { languageMixing: _none, ...result }, ...rest }) => ({
    ...rest,
    result: { ...result, accuracy: 3.4e38 } as EvaluationResult,
  }));
  const strange = { ...part, metrics: huge, evaluations };
  for (const figure of PLAYED_FIGURES) {
    const series = playedSeries(figure, [strange], 40, NAMES);
    const range = { yFrom: 0, yTo: highestValue(figure, [strange]) };
    const drawn = lineChart(series, { width: 300, height: 190, format: figure.format, label: "", ...range });
    expect(svgText(drawn.node)).not.toMatch(/="[^"]*(NaN|Infinity|undefined)/);
    if (figure.id === "mixing") expect(series).toEqual([]);
  }
});

test("two recordings stand beside each other by their names, and groups are those of the step before", () => {
  const parts = joinedRecordings([read("language-by-the-rule.json"), read("language-with-the-reward.json")]);
  expect(parts.map(({ name }) => name)).toEqual(["by-the-rule", "with-the-reward"]);
  const mixing = PLAYED_FIGURES.find(({ id }) => id === "mixing")!;
  const series = playedSeries(mixing, parts, 40, NAMES);
  expect(series.map(({ name }) => name)).toEqual(["by-the-rule, held out", "with-the-reward, held out"]);
  expect(new Set(series.map(({ colour }) => colour)).size).toBe(2);
  const [part] = parts;
  const steps = part!.groups.map(({ step }) => step);
  expect(groupsAt(part!, 0)).toEqual([]);
  expect(groupsAt(part!, steps[1]!)[0]!.step).toBe(steps[1]);
  expect(groupsAt(part!, steps[1]! - 1)[0]!.step).toBe(steps[0]);
});
