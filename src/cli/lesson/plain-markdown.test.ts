import { expect, test } from "vitest";
import { plainMarkdown } from "./plain-markdown.ts";

const plain = (text: string): string =>
  plainMarkdown(text, {
    bold: (words) => `<${words}>`,
    folder: "docs/lessons",
    picture: (alt, file) => `{${alt}: ${file}}`,
  });

test("headings, emphasis, links, pictures", () => {
  expect(plain("### A **b**\n**c** *d* 2 * 3 * 4 a_b")).toBe("<A b>\n<c> d 2 * 3 * 4 a_b");
  expect(plain("[the claims](../claims.md), [here](https://a.b/c), [x](#seed=1)")).toBe(
    "the claims (docs/claims.md), here (https://a.b/c), x (#seed=1)",
  );
  expect(plain("![A curve](length.svg)")).toBe("{A curve: docs/lessons/length.svg}");
});

test("code stays as it is, and tags go", () => {
  expect(plain("a `**b**` [`c`](d.md)\n```sh\n**e**\n```")).toBe("a `**b**` `c` (docs/lessons/d.md)\n    **e**");
  expect(plain("<details><summary>Answer</summary>\n\nMore.\n\n</details>\n<!-- no\n -->")).toBe("More.");
});

test("what a terminal would obey is seen", () => {
  expect(plain("a\u001b[2J\u202e")).toBe("a\\u001b[2J\\u202e");
});
