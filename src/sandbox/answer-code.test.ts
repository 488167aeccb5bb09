import { expect, test } from "vitest";
import { answerCode } from "./answer-code.ts";

test.each([
  ["x = 1", "x = 1"],
  ["```python\nx = 1\n```", "x = 1"],
  ["First:\n```\nx = 1\n```\nbetter:\n```py\nx = 2\ny = 3\n```\nThat is it.", "x = 2\ny = 3"],
  ["~~~\nx = '```'\n~~~", "x = '```'"],
  // A block that was never closed is none.
  ["```python\nx = 1", "```python\nx = 1"],
  ["```\r\nx = 1\r\n```", "x = 1"],
  ["````\n```\nx\n```\n````", "```\nx\n```"],
  ["    return 1\n", "    return 1\n"],
  ["\ufeffx = 1", "x = 1"],
])("the program of %j", (answer, code) => expect(answerCode(answer)).toBe(code));
