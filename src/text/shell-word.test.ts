import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "./shell-word.ts";

test.each(["runs/first", "hf:owner/name", "模型.gguf"])("%s stands as it is", (word) =>
  expect(shellWord(word)).toBe(word),
);

test.each(["跑 一 次", "it's", "$(id)", "a;b", "~/x", "a*b", 'say "x"', "back\\slash", "-&|<>"])(
  "%s is one word to a shell",
  (word) => {
    expect(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
  },
);

test("nothing unseen is pasted", () => expect(shellWord("a\u001b[2J\nb")).toBe(String.raw`'a\u001b[2J\nb'`));
