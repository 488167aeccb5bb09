import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stepMetrics } from "../../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { makeRun } from "../../../test/dashboard/browser/made-run.ts";
import { RunError } from "../../errors.ts";
import { createRunStore } from "../../store/index.ts";
import { readPart, recordingText } from "./record-run.ts";
import { readRecording } from "./read-recording.ts";
import { MOST_RECORDING_BYTES } from "./recording.ts";

/** A run of made steps, in a copy whose file nobody holds open. */
function madeRun(steps: number, text?: string): string {
  const folder = temporaryFolder();
  makeRun(folder, "run", { steps, ...(text === undefined ? {} : { text }) }).close();
  return join(folder, "run");
}

/** Tokens of the made runs are not those of their texts: as many pieces as there are tokens. */
const inPieces = (tokens: readonly number[], text: string): string[] => tokens.map((_, i) => (i === 0 ? text : ""));

const textOf = (folder: string): string => recordingText("run", "aha zero", [readPart(folder, inPieces)]);
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const refusal = (value: unknown): string => {
  try {
    readRecording(value instanceof Uint8Array ? value : bytesOf(value));
  } catch (error) {
    expect(error).toBeInstanceOf(RunError);
    expect((error as Error).message).not.toContain("\n");
    return (error as Error).message;
  }
  return "";
};

describe("what is recorded", () => {
  test("figures without times, evaluations, groups of the whole run, the run's digest; twice the same bytes", () => {
    const folder = madeRun(30);
    const text = textOf(folder);
    expect(textOf(folder)).toBe(text);
    const { parts, command } = readRecording(new TextEncoder().encode(text));
    const [part] = parts;
    expect(command).toBe("aha zero");
    expect([part!.name, part!.kind, part!.task, part!.steps]).toEqual(["run", "zero", "countdown", 30]);
    expect(part!.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(part!.metrics).toHaveLength(30);
    expect(part!.metrics[3]).toMatchObject({ step: 4, accuracy: 0.28, seconds: null, tokensPerSecond: null });
    expect(part!.evaluations.map(({ name, step }) => [name, step])).toEqual([["before", 0]]);
    expect(part!.groups[0]!.step).toBe(1);
    expect(part!.groups.at(-1)!.step).toBe(30);
    const [completion] = part!.groups[0]!.completions;
    expect(completion!.text).toContain("too small . wait");
    expect(completion!.pieceLengths).toEqual([completion!.text.length, ...Array<number>(11).fill(0)]);
    expect(completion!.logprobs).toHaveLength(12);
    expect(completion!.spans.some(({ kind }) => kind === "reflection")).toBe(true);
  });

  test("a run that computed the same gives the same bytes, however long it took", () => {
    const of = (seconds: number): string => {
      const folder = join(temporaryFolder(), "run");
      const store = createRunStore(folder, { kind: "zero", task: "countdown" });
      store.recordStep(1, stepMetrics(1, { seconds, tokensPerSecond: 12 / seconds }), []);
      store.close();
      return recordingText("run", null, [readPart(folder, null)]);
    };
    expect(of(2)).toBe(of(3));
  });

  test("a name that would be taken for a prototype is left out", () => {
    const folder = temporaryFolder();
    const store = createRunStore(folder, { kind: "zero" });
    const rewardByPart = JSON.parse('{"__proto__":1,"accuracy":0.5}') as Record<string, number>;
    store.recordStep(1, stepMetrics(1, { rewardByPart }), []);
    store.close();
    const text = recordingText("run", null, [readPart(folder, null)]);
    expect(readRecording(new TextEncoder().encode(text)).parts[0]!.metrics[0]!.rewardByPart).toEqual({ accuracy: 0.5 });
  });

  test("what is long is cut, and a long run keeps its first and last steps within the bound", () => {
    const text = textOf(madeRun(400, `<think> ${"wait ".repeat(40_000)}`));
    expect(text.length).toBeLessThanOrEqual(MOST_RECORDING_BYTES);
    const [part] = readRecording(new TextEncoder().encode(text)).parts;
    expect([part!.metrics[0]!.step, part!.metrics.at(-1)!.step, part!.steps]).toEqual([1, 400, 400]);
    expect(part!.metrics.length).toBeLessThanOrEqual(250);
    const cut = part!.groups.flatMap(({ completions }) => completions).filter((completion) => completion.cut);
    for (const { pieceLengths, logprobs } of cut) expect([pieceLengths, logprobs]).toEqual([null, []]);
  });

  test("nothing of the run is written to", () => {
    const folder = madeRun(3);
    const before = readFileSync(join(folder, "run.db"));
    textOf(folder);
    expect(readFileSync(join(folder, "run.db")).equals(before)).toBe(true);
  });
});

/** A recording with something else at a path. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(textOf(madeRun(4))) as Record<string, unknown>;
  const names = path.split(".");
  let place = copy;
  for (const name of names.slice(0, -1)) place = place[name] as Record<string, unknown>;
  const last = names.at(-1)!;
  place[last] = typeof value === "function" ? (value as (old: unknown) => unknown)(place[last]) : value;
  return copy;
}

const COMPLETION = "parts.0.groups.0.completions.0";

describe("what isn't taken", () => {
  test("itself is, and so is what a later program adds", () => {
    expect(refusal(changed("later", true))).toBe("");
  });

  test.each<[what: string, path: string, value: unknown, words: RegExp]>([
    ["another version", "version", 2, /version 1, got 2, which a newer/],
    ["another format", "format", "x", /another file/],
    ["no parts", "parts", undefined, /damaged: expected `parts`/],
    ["too many parts", "parts", ([part]: unknown[]) => Array(61).fill(part), /at most 60/],
    ["a text as a number", "parts.0.metrics.1.accuracy", "1", /parts\.0\.metrics\.1\.accuracy/],
    ["steps that fall", "parts.0.metrics", (rows: unknown[]) => rows.toReversed(), /steps that rise/],
    ["steps behind the end", "parts.0.steps", 2, /to 2 at most/],
    ["accuracies as fine-tuning", "parts.0.fit", [stepMetrics(1)], /steps of fine-tuning/],
    ["pieces of another text", `${COMPLETION}.text`, (text: string) => `${text}x`, /lengths that add up to/],
    ["a log-probability too few", `${COMPLETION}.logprobs`, [-1], /one for each piece/],
    ["a mark outside of the text", `${COMPLETION}.spans`, [{ from: 5, to: 19_999, kind: "answer" }], /spans in order/],
    ["a text that is too long", `${COMPLETION}.text`, "x".repeat(20_001), /at most 20000 characters/],
    ["an unknown verdict", `${COMPLETION}.verdict`, "great", /one of right/],
    ["a digest that is none", "parts.0.digest", "abc", /a SHA-256/],
  ])("%s", (_what, path, value, words) => {
    expect(refusal(changed(path, value))).toMatch(words);
  });

  test("names that would be taken for a prototype, wherever they stand", () => {
    const text = textOf(madeRun(2)).replace('"rewardByPart":{', '"rewardByPart":{"__proto__":1,');
    expect(text).toContain("__proto__");
    expect(refusal(new TextEncoder().encode(text))).toMatch(/names that no recording has/);
    expect(refusal(changed("parts.0.extra", { deep: [{ constructor: 1 }] }))).toMatch(/names that/);
  });

  test("what is no JSON, too deep or too large", () => {
    expect(refusal(new TextEncoder().encode("{oops"))).toMatch(/a file that isn't JSON/);
    expect(refusal(new Uint8Array([0xff, 0xfe]))).toMatch(/isn't JSON/);
    expect(refusal(new TextEncoder().encode("[".repeat(100_000)))).toMatch(/got 100000 and 100000/);
    expect(refusal(new Uint8Array(4_000_001))).toMatch(/at most 4 MB/);
    for (const value of [null, 7, [], "aha-recording", {}]) expect(refusal(value)).toMatch(/another file/);
  });

  test("a damaged run", () => {
    const folder = madeRun(2);
    const other = temporaryFolder();
    copyFileSync(join(folder, "run.db"), join(other, "run.db"));
    const bytes = readFileSync(join(other, "run.db"));
    writeFileSync(join(other, "run.db"), bytes.fill(7, 100, 4096));
    expect(() => readPart(other, null)).toThrow(RunError);
  });
});
