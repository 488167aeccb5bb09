import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { TokenizerError } from "../errors.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";

const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../test/parity/tokenizers/${name}.json`, import.meta.url), "utf8"));

const SLOW = { Regex: "^(a+)+$" };
/** Letters, and tokens of 40 of them, so that both ways meet the pattern. */
const WORDS = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  decoder: null,
  post_processor: null,
  model: { type: "WordLevel", vocab: { x: 0, [`${"a".repeat(40)}!`]: 1 }, unk_token: "x" },
};
const HOSTILE = `${"a".repeat(40)}!`;

test.each<readonly [string, object, (tokenizer: Tokenizer) => unknown]>([
  [
    "a normalizer",
    { normalizer: { type: "Replace", pattern: SLOW, content: "" } },
    (tokenizer) => tokenizer.encode(HOSTILE),
  ],
  [
    "a pre-tokenizer",
    { pre_tokenizer: { type: "Split", pattern: SLOW, behavior: "Isolated", invert: false } },
    (tokenizer) => tokenizer.encode(HOSTILE),
  ],
  [
    "a pre-tokenizer in two sequences",
    {
      pre_tokenizer: {
        type: "Sequence",
        pretokenizers: [{ type: "Sequence", pretokenizers: [{ type: "Replace", pattern: SLOW, content: "" }] }],
      },
    },
    (tokenizer) => tokenizer.encode(HOSTILE),
  ],
  ["a decoder", { decoder: { type: "Replace", pattern: SLOW, content: "" } }, (tokenizer) => tokenizer.decode([1])],
  [
    "an added token, which the normalizer writes",
    {
      added_tokens: [{ id: 2, content: HOSTILE, normalized: true }],
      normalizer: { type: "Replace", pattern: SLOW, content: "" },
    },
    (tokenizer) => tokenizer.encode("x"),
  ],
  [
    "alternatives that overlap",
    { decoder: { type: "Replace", pattern: { Regex: "(a|a)*$" }, content: "" } },
    (tokenizer) => tokenizer.decode([1]),
  ],
])("%s that doesn't end is ended, and the second call fails at once", (_name, parts, use) => {
  const tokenizer = loadTokenizer({ ...WORDS, ...parts }, {}, { seconds: 0.5 });
  const started = performance.now();
  expect(() => use(tokenizer)).toThrow(TokenizerError);
  expect(performance.now() - started).toBeLessThan(10_000);
  const again = performance.now();
  expect(() => use(tokenizer)).toThrow(/its own regular expressions are too slow/);
  expect(performance.now() - again).toBeLessThan(100);
  expect(tokenizer.idToToken(1)).toBe(HOSTILE);
});

describe("a pattern that is unknown and harmless", () => {
  // Equal to Llama 3's, with a group around it.
  const whole = read("llama3");
  const strange = JSON.parse(
    JSON.stringify(whole).replace(/"Regex":"((?:[^"\\]|\\.)*)"/, (_all, regex: string) => `"Regex":"(?:${regex})"`),
  ) as object;
  const [direct, threaded] = [loadTokenizer(whole), loadTokenizer(strange)];

  test.each(["Hello  world, 1234567 it's\n\n  漢字 é", "", " ", "<|begin_of_text|>x"])(
    "encodes and decodes %j as it would here",
    (text) => {
      const ids = direct.encode(text);
      expect(threaded.encode(text)).toEqual(ids);
      expect(threaded.decode(ids)).toBe(direct.decode(ids));
      expect(threaded.decode(ids, { skipSpecial: true })).toBe(direct.decode(ids, { skipSpecial: true }));
    },
  );
});

test("two tokenizers take turns, also after another was ended", () => {
  const replaced = (content: string): Tokenizer =>
    loadTokenizer({ ...WORDS, decoder: { type: "Replace", pattern: { Regex: "a(?=a)" }, content } });
  const [first, second] = [replaced("b"), replaced("c")];
  const slow = loadTokenizer(
    { ...WORDS, decoder: { type: "Replace", pattern: SLOW, content: "" } },
    {},
    { seconds: 0.3 },
  );
  for (let turn = 0; turn < 2; turn++) {
    expect(first.decode([1])).toBe(`${"b".repeat(39)}a!`);
    expect(second.decode([1])).toBe(`${"c".repeat(39)}a!`);
    expect(() => slow.decode([1])).toThrow(TokenizerError);
  }
});

test("an idle thread doesn't keep the process from ending", () => {
  const program = `import { loadTokenizer } from ${JSON.stringify(new URL("./tokenizer.ts", import.meta.url).href)};
    process.stdout.write(loadTokenizer(${JSON.stringify({ ...WORDS, decoder: { type: "Replace", pattern: { Regex: "a(?=a)" }, content: "" } })}).decode([1]));`;
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    { encoding: "utf8", timeout: 60_000 },
  );
  expect([status, stdout]).toEqual([0, "a!"]);
});

describe("replacements that multiply", () => {
  const doubled = (pattern: object, content: string, times: number): object => ({
    type: "Sequence",
    decoders: Array.from({ length: times }, () => ({ type: "Replace", pattern, content })),
  });

  test.each<readonly [object, string, number]>([
    [{ String: "a" }, "aa", 40],
    [{ String: "" }, "a", 40],
    [{ Regex: "()" }, "a", 40],
    [{ String: "a" }, "a".repeat(70_000), 1],
  ])("%j by %j, %i times, are refused when they are read", (pattern, content, times) => {
    expect(() => loadTokenizer({ ...WORDS, decoder: doubled(pattern, content, times) })).toThrow(
      /to make a text at most 65536 times longer/,
    );
  });

  test.each<readonly [string, object]>([
    ["decoder", { type: "BPEDecoder", suffix: "" }],
    ["decoder", { type: "Metaspace", replacement: "" }],
    ["decoder", { type: "CTC", word_delimiter_token: "", cleanup: true }],
    ["pre_tokenizer", { type: "ByteLevel" }],
    ["pre_tokenizer", { type: "Metaspace", str_rep: "  " }],
  ])("a %s of %j, forty times, is refused too", (section, part) => {
    const steps = Array.from({ length: 40 }, () => part);
    expect(() =>
      loadTokenizer({ ...WORDS, [section]: { type: "Sequence", decoders: steps, pretokenizers: steps } }),
    ).toThrow(/to make a text at most 65536 times longer/);
  });

  test("by one character each, as many have, are not", () => {
    const tokenizer = loadTokenizer({ ...WORDS, decoder: doubled({ String: "a" }, "b", 90) });
    expect(tokenizer.decode([1])).toBe(`${"b".repeat(40)}!`);
  });

  test("write a dollar sign as it is, as the Rust library does", () => {
    const tokenizer = loadTokenizer({
      ...WORDS,
      decoder: { type: "Replace", pattern: { String: "a" }, content: "$&$`" },
    });
    expect(tokenizer.decode([1])).toBe(`${"$&$`".repeat(40)}!`);
  });
});
