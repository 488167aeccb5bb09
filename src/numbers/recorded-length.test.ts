import { expect, test } from "vitest";
import { recordedLength } from "./recorded-length.ts";

test("who writes to the end or the limit writes a token; others may have none", () => {
  expect(recordedLength(3, "end")).toBe(3);
  expect(recordedLength(0, "end")).toBeNull();
  expect(recordedLength(0, "length")).toBeNull();
  expect(recordedLength(0, "cancelled")).toBe(0);
});
