import { expect, test } from "vitest";
import { attentionBlocks } from "./attention-blocks.ts";

test("blocks by length and depth: none is empty, and a deep model's session stays small", () => {
  const blocks = (layers: number) => [8, 13, 262, 384, 1030].map((time) => attentionBlocks({ layers }, time));
  expect(blocks(3)).toEqual([2, 4, 4, 16, 16]);
  expect(blocks(12)).toEqual([2, 4, 4, 4, 4]);
  expect(blocks(30)).toEqual([1, 1, 1, 1, 1]);
});
