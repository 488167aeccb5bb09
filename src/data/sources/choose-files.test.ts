import { describe, expect, test } from "vitest";
import { cardConfigs } from "./card-configs.ts";
import { chooseFiles } from "./choose-files.ts";
import { fitsPattern } from "./wildcard.ts";

const GSM8K_CARD = `---
language:
- en
configs:
- config_name: main
  data_files:
  - split: train
    path: main/train-*
  - split: test
    path: "main/test-*"
- config_name: socratic
  data_files:
  - path:
    - socratic/train-*
    - 'socratic/more.parquet'
    split: train
  default: true
- config_name: plain
  data_files: plain/*.jsonl
- config_name: folder
  data_dir: some/where
dataset_info:
- config_name: main
  splits: []
---
# A card
configs:
- config_name: none
`;

describe("configurations of a card", () => {
  test("are read as the hub writes them", () => {
    expect(cardConfigs(GSM8K_CARD)).toEqual([
      {
        name: "main",
        files: [
          { split: "train", pattern: "main/train-*" },
          { split: "heldOut", pattern: "main/test-*" },
        ],
      },
      {
        name: "socratic",
        files: [
          { split: "train", pattern: "socratic/train-*" },
          { split: "train", pattern: "socratic/more.parquet" },
        ],
      },
      { name: "plain", files: [{ split: null, pattern: "plain/*.jsonl" }] },
      { name: "folder", files: [{ split: null, pattern: "some/where/**" }] },
    ]);
  });

  test.each(["", "# no head", "---\nlicense: mit\n---\n", "---\nconfigs: 4\n---\n", "---\nconfigs:\n- x\n---"])(
    "are none in %j",
    (card) => expect(cardConfigs(card)).toEqual([]),
  );
});

describe("patterns", () => {
  test.each([
    ["main/train-0.parquet", "main/train-*", true],
    ["main/deep/train-0.parquet", "main/*", false],
    ["a/b/c.jsonl", "**/*.jsonl", true],
    ["c.jsonl", "**/*.jsonl", true],
    ["a/b/c.jsonl", "a/**", true],
    ["a.jsonl", "?.jsonl", true],
    ["a.jsonl", "./a.jsonl", true],
    ["a.jsonl", "b.jsonl", false],
    ["abab", "*ab", true],
  ])("%s and %s", (path, pattern, fits) => expect(fitsPattern(path, pattern)).toBe(fits));

  test("take no time, whatever a stranger wrote", () => {
    const started = performance.now();
    expect(fitsPattern("a".repeat(3000), `${"*a".repeat(1000)}b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("files of a data set", () => {
  const choose = (paths: string[], readme = "", subset?: string): unknown =>
    chooseFiles(paths, { name: "d", readme, subset });

  test("in the hub's layout, with their splits", () => {
    expect(
      choose(["data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet", "README.md", ".gitattributes"]),
    ).toEqual([
      { path: "data/test-00000-of-00001.parquet", split: "heldOut" },
      { path: "data/train-00000-of-00001.parquet", split: "train" },
    ]);
    expect(choose(["train.jsonl", "val.jsonl", "test/0.jsonl", "dataset_info.json", "config.json"])).toEqual([
      { path: "test/0.jsonl", split: "heldOut" },
      { path: "train.jsonl", split: "train" },
      { path: "val.jsonl", split: "validation" },
    ]);
  });

  test("the same data in several formats is read once", () => {
    expect(choose(["a.csv", "a.parquet", "a.json"])).toEqual([{ path: "a.parquet", split: null }]);
  });

  test("several configurations: ask", () => {
    const paths = ["main/train.jsonl", "main/test.jsonl", "socratic/train.jsonl"];
    expect(() => choose(paths)).toThrow(
      'Expected "d" to have one configuration, got 2: "main", "socratic"; name one as `subset`.',
    );
    expect(choose(paths, "", "socratic")).toEqual([{ path: "socratic/train.jsonl", split: "train" }]);
    expect(() => choose(paths, "", "mian")).toThrow(/configuration of "d", got "mian"; it has "main", "socratic"\./);
    expect(choose(["main/train-0.parquet", "main/test-0.parquet"], GSM8K_CARD, "main")).toHaveLength(2);
  });

  test("none", () => {
    expect(() => choose(["README.md", "model.safetensors"])).toThrow(/to hold \.parquet, .* files, got none/);
  });
});
