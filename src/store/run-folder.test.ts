import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIG } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { configDifferences } from "../host/config-differences.ts";
import { checkRunFolder } from "./run-folder.ts";
import { createRunStore } from "./open-run.ts";

describe("checkRunFolder", () => {
  test("nothing, an empty folder, and one where a run was killed before it began are new", () => {
    const folder = temporaryFolder();
    expect(checkRunFolder(join(folder, "new"), CONFIG)).toBe("new");
    writeFileSync(join(folder, "run.lock"), "");
    expect(checkRunFolder(folder, CONFIG)).toBe("new");
  });

  test("a run of the same config can be resumed, whatever the order of its fields", () => {
    const folder = temporaryFolder();
    createRunStore(folder, CONFIG).close();
    expect(
      checkRunFolder(folder, {
        optimizer: { learningRate: 0.001 },
        groupSize: 2,
        seed: 1,
        task: "countdown",
        kind: "zero",
        absent: undefined,
      }),
    ).toBe("same");
  });

  test("a run of another config names every field that differs", () => {
    const folder = temporaryFolder();
    createRunStore(folder, CONFIG).close();
    expect(() =>
      checkRunFolder(folder, {
        ...CONFIG,
        groupSize: 8,
        seed: undefined,
        optimizer: { learningRate: 0.01 },
        clip: 0.2,
      }),
    ).toThrow(
      "has another configuration: `clip` is absent there and 0.2 here; `groupSize` is 2 there and 8 here; `optimizer.learningRate` is 0.001 there and 0.01 here; `seed` is 1 there and absent here. Resume it as it is, or choose another folder.",
    );
  });

  test("a folder of other things is left alone", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis.tex"), "");
    expect(() => checkRunFolder(folder, CONFIG)).toThrow(
      'to be new, empty or the folder of a run, got "thesis.tex" in it; choose another folder.',
    );
    expect(() => checkRunFolder(join(folder, "thesis.tex"), CONFIG)).toThrow("a file stands where a folder is needed");
  });
});

test("lists, nulls and types differ too", () => {
  expect(configDifferences({ a: [1, 2], b: null, c: 1, d: { e: 1 } }, { a: [1, 3], c: "1", d: 2 })).toEqual([
    { field: "a", stored: [1, 2], given: [1, 3] },
    { field: "b", stored: null, given: undefined },
    { field: "c", stored: 1, given: "1" },
    { field: "d", stored: { e: 1 }, given: 2 },
  ]);
  expect(configDifferences({ constructor: 1 }, {})).toEqual([{ field: "constructor", stored: 1, given: undefined }]);
});
