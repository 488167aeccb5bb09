import { describe, expect, test } from "vitest";
import * as aha from "../../src/index.ts";

const MODEL = "models/countdown-base";
/** Functions as somebody calls them who writes JavaScript: with anything. */
const any = aha as unknown as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;

describe("wrong arguments are told in one line of ours", () => {
  test.each([
    ["train", [], "Expected the options to be an object such as { model: ... }, got undefined."],
    ["train", ["runs/x", { model: MODEL }], 'got "runs/x"'],
    ["train", [{ model: MODEL }], "Expected `folder` to be a text, got undefined."],
    ["train", [{ folder: "runs/x" }], "Expected `model` to be a text, got undefined."],
    ["evaluate", [{ model: MODEL }], "Expected the model to be a folder, a file, a run or hf:owner/name"],
    ["evaluate", [MODEL, 5], "Expected `task` to be an object, got 5."],
    ["openModel", [], "Expected the model to be a folder"],
    ["loadCheckpoint", [{}], "Expected the model to be a folder"],
    ["serve", [], "Expected the model to be a folder"],
    ["exportModel", [MODEL], "Expected `options` to be an object, got undefined."],
    ["resumeRun", [], "Expected `run` to be a text, got undefined."],
    ["runSft", [{ base: MODEL }], "Expected `run` to be a text"],
    ["runSft", ["runs/x"], "Expected `options` to be an object, got undefined."],
    ["pretrain", [undefined, {}], "Expected `folder` to be a text"],
    ["defineTask", [], "Expected `task` to be an object"],
    ["findTask", [], "Expected `task` to be a text"],
    ["dataTask", [], "Expected `data` to be a text"],
    ["describeData", [], "Expected `data` to be a text"],
    ["createJudge", [], "Expected `task` to be an object"],
    ["llmJudge", [], "Expected `options` to be an object"],
  ] as const)("%s(%j)", async (name, given, message) => {
    const failure: unknown = await Promise.resolve()
      .then(() => any[name]!(...given))
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(failure).toBeInstanceOf(aha.AhaError);
    expect((failure as Error).message).toContain(message);
  });
});
