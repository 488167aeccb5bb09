import { expect, test } from "vitest";
import { sameOutput } from "./same-output.ts";

test.each([
  ["1\n", "1", true],
  ["1  \r\n2\t\n\n\n", "1\n2", true],
  [" 1", "1", false],
  ["1\n\n2", "1\n2", false],
  ["1 2", "1  2", false],
  ["", "\n", true],
])("%j beside %j", (output, expected, same) => expect(sameOutput(output, expected)).toBe(same));
