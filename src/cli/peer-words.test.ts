import { expect, test } from "vitest";
import { runWords as run } from "../../test/cli/run-words.ts";
import { COMMANDS } from "./commands/index.ts";
import { PEER_COMMANDS, PEER_FLAGS } from "./peer-words.ts";

const names = COMMANDS.map(({ usage }) => usage.split(" ")[0]!);

test.each([
  ["train", "aha: unknown command 'train': `aha zero` trains by reinforcement learning, `aha sft` on completions.\n"],
  ["zero --dataset x", "aha: unknown option '--dataset': --data takes a file, a folder or hf:owner/name.\n"],
  [
    "zero --num_generations=4",
    "aha: unknown option '--num_generations=4': --group-size is the number of completions of a problem.\n",
  ],
  ["zero --lr 1", "aha: unknown option '--lr': --learning-rate is the optimizer's.\n"],
])("aha %s says what it is here", async (words, error) => {
  expect(await run(words)).toEqual({ code: 2, out: "", error });
});

test("hints name commands and flags that there are, for words that there aren't", async () => {
  const { out: help } = await run("zero --help");
  const flags = new Set(help.match(/--[a-z][a-z-]*/g));
  for (const [word, hint] of [...Object.entries(PEER_COMMANDS), ...Object.entries(PEER_FLAGS)]) {
    for (const [, name] of hint.matchAll(/`aha ([a-z0-9-]+)/g)) expect(names, word).toContain(name);
    for (const flag of hint.replaceAll(/`[^`]*`/g, "").match(/--[a-z][a-z-]*/g) ?? [])
      expect(flags, word).toContain(flag);
  }
  for (const word of Object.keys(PEER_COMMANDS)) expect(names).not.toContain(word);
  for (const word of Object.keys(PEER_FLAGS)) expect(flags).not.toContain(`--${word}`);
});
