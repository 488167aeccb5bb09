import fc from "fast-check";
import { expect, test } from "vitest";
import { ThinkingStream, type CompletionPart } from "./thinking-stream.ts";

/** The parts of a text that comes in these pieces, neighbours of one kind joined. */
function partsOf(pieces: readonly string[], opened = false): CompletionPart[] {
  const stream = new ThinkingStream(opened);
  const joined: CompletionPart[] = [];
  for (const part of [...pieces.flatMap((piece) => stream.push(piece)), ...stream.end()]) {
    const last = joined.at(-1);
    if (last?.kind === part.kind) joined[joined.length - 1] = { kind: part.kind, text: last.text + part.text };
    else joined.push(part);
  }
  return joined;
}

test("thinking, answer and what is neither, without tags and the space around them", () => {
  expect(partsOf(["So: <think>\n 2 + 7 = 9 \nno\n</think>\n\n<answer> 9 + 7 </answer> done\n"])).toEqual([
    { kind: "plain", text: "So:" },
    { kind: "thinking", text: "2 + 7 = 9 \nno" },
    { kind: "answer", text: "9 + 7" },
    { kind: "plain", text: "done" },
  ]);
});

test("a prompt may have opened the thinking", () => {
  expect(partsOf(["hm </think> Hello"], true)).toEqual([
    { kind: "thinking", text: "hm" },
    { kind: "plain", text: "Hello" },
  ]);
});

test("what only begins like a tag is text", () => {
  expect(partsOf(["1 <", " 2 and <thin", "g> <"])).toEqual([{ kind: "plain", text: "1 < 2 and <thing> <" }]);
});

test("text is given as soon as it can't be a tag", () => {
  const stream = new ThinkingStream();
  expect(stream.push("Hello ")).toEqual([{ kind: "plain", text: "Hello" }]);
  expect(stream.push("you <th")).toEqual([{ kind: "plain", text: " you" }]);
  expect(stream.push("ink>a")).toEqual([{ kind: "thinking", text: "a" }]);
});

test("how the text is cut changes nothing", () => {
  const words = fc.constantFrom(
    "<think>",
    "</think>",
    "<answer>",
    "</answer>",
    " ",
    "\n",
    "<",
    "</",
    "think>",
    "a",
    "é",
    "🙂",
  );
  fc.assert(
    fc.property(
      fc.array(words, { maxLength: 30 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      fc.boolean(),
      (parts, sizes, opened) => {
        const text = Array.from(parts.join(""));
        const pieces: string[] = [];
        for (let at = 0; at < text.length;) {
          const size = sizes.next().value!;
          pieces.push(text.slice(at, at + size).join(""));
          at += size;
        }
        expect(partsOf(pieces, opened)).toEqual(partsOf([text.join("")], opened));
      },
    ),
    { numRuns: 2000 },
  );
});
