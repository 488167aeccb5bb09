import { expect, test } from "vitest";
import { redisError } from "./redis-client.ts";

test("a Redis that is full is told as such, without its script", () => {
  const full = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'. script: d96ca"), {
    name: "ReplyError",
  });
  expect(redisError(full, "redis://box:6379").message).toBe(
    "The queue at redis://box:6379 has no room (OOM): its maxmemory is reached; give it more (`redis-cli CONFIG SET maxmemory 0`).",
  );
});
