import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { noteGarbage } from "./collect-garbage.ts";

test("what is unreachable is freed once enough has come together", async () => {
  const buffer = new WeakRef(new ArrayBuffer(2 ** 20));
  await setImmediate();
  expect(buffer.deref()).toBeDefined();
  await setImmediate();
  noteGarbage(128 * 2 ** 20);
  await setImmediate();
  expect(buffer.deref()).toBeUndefined();
});
