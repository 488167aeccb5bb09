import { expect, test } from "vitest";
import { maskSecret } from "./mask-secret.ts";

const KEY = "sk-Proj_0123456789/abcDEF+xyz";
const hex = Buffer.from(KEY).toString("hex");

test.each([
  ["as it is", KEY],
  ["in capitals", KEY.toUpperCase()],
  ["backwards", KEY.split("").toReversed().join("")],
  ["in part", KEY.slice(4, 20)],
  ["in base64", Buffer.from(KEY).toString("base64")],
  ["in base64 after other words", Buffer.from(`Bearer ${KEY}`).toString("base64")],
  ["in base64 among other words", Buffer.from(`{"a":"${KEY}"}`).toString("base64url")],
  ["in hex", hex],
  ["in hex with colons", hex.match(/../g)!.join(":").toUpperCase()],
  ["in a URL", encodeURIComponent(KEY)],
  ["by percent signs alone", hex.replaceAll(/../g, "%$&")],
  ["with spaces", KEY.split("").join(" ")],
])("a key is cut out of a text %s", (_, form) => {
  const masked = maskSecret(`no: ${form}!`, KEY);
  expect(masked).toContain("***");
  expect(masked).toMatch(/^no: /);
  const left = masked
    .replaceAll("***", "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
  expect(left.length).toBeLessThanOrEqual(30);
  for (const whole of [KEY, form]) expect(masked).not.toContain(whole);
});

test("other text stays, and a short key is known as it is alone", () => {
  expect(maskSecret("status 401: the key is wrong", KEY)).toBe("status 401: the key is wrong");
  expect(maskSecret("no: k-1, but k1", "k-1")).toBe("no: ***, but k1");
});
