import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { freeUnreachable, noteGarbage } from "./collect-garbage.ts";

test("what is unreachable is freed once enough has come together", async () => {
  const buffer = new WeakRef(new ArrayBuffer(2 ** 20));
  await setImmediate();
  expect(buffer.deref()).toBeDefined();
  await setImmediate();
  noteGarbage(128 * 2 ** 20);
  await setImmediate();
  expect(buffer.deref()).toBeUndefined();
});

test("what is unreachable is freed at once before work that needs its memory", async () => {
  const buffer = new WeakRef(new ArrayBuffer(2 ** 20));
  await setImmediate();
  noteGarbage(1);
  await setImmediate();
  expect(buffer.deref()).toBeDefined();
  await setImmediate();
  freeUnreachable();
  await setImmediate();
  expect(buffer.deref()).toBeUndefined();
});
