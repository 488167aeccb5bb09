import { expect, test } from "vitest";
import { commandWords } from "./command-words.ts";

test("arguments as a shell parts them", () => {
  expect(commandWords("npx aha zero  --seed 1 ")).toEqual(["zero", "--seed", "1"]);
  expect(commandWords(`npx aha record runs/a --made-by "aha zero" --out 'b c.json' --x ""`)).toEqual([
    "record",
    "runs/a",
    "--made-by",
    "aha zero",
    "--out",
    "b c.json",
    "--x",
    "",
  ]);
});

test.each([
  "npx aha",
  "npx ahb zero",
  "npm run aha zero",
  "node -e 1",
  "npx aha zero; rm -rf x",
  "npx aha zero && ls",
  "npx aha show runs/a | head",
  "npx aha zero > x",
  "npx aha show $HOME",
  'npx aha show "$(ls)"',
  "npx aha show `ls`",
  "npx aha show runs/*",
  "npx aha show ~/a",
  'npx aha show "a',
  'npx aha show "a"b',
  "npx aha zero \\",
  "",
])("not run: %s", (line) => {
  expect(commandWords(line)).toBeNull();
});
