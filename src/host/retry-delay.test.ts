import { expect, test } from "vitest";
import { randomKey, splitKey } from "../random.ts";
import { retryAfterSeconds, retryDelay } from "./retry-delay.ts";

const keys = Array.from({ length: 200 }, (_, index) => splitKey(randomKey(1), index));

test.each([
  [1, 0.5, 1],
  [2, 1, 2],
  [4, 4, 8],
  [7, 30, 60],
  [50, 30, 60],
])("failure %i waits %d to %d seconds, spread", (failures, least, most) => {
  const delays = keys.map((key) => retryDelay(failures, key));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(least);
  expect(Math.max(...delays)).toBeLessThanOrEqual(most);
  expect(new Set(delays).size).toBeGreaterThan(190);
});

test("a server's wish is kept, up to a minute; none for zero, which would be no wait at all", () => {
  for (const key of keys) {
    expect(retryDelay(1, key, 12)).toBeGreaterThanOrEqual(12);
    expect(retryDelay(1, key, 12)).toBeLessThan(13);
    expect(retryDelay(1, key, 1e9)).toBe(60);
    expect(retryDelay(1, key, 0)).toBe(retryDelay(1, key));
  }
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterSeconds("7", now)).toBe(7);
  expect(retryAfterSeconds("0.5", now)).toBe(0.5);
  expect(retryAfterSeconds("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30);
  expect(retryAfterSeconds("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
  for (const bad of [null, undefined, "", "soon", "NaN", "1e999"]) expect(retryAfterSeconds(bad, now)).toBeUndefined();
});
