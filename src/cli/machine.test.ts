import { expect, test } from "vitest";
import { diagnose, type Machine } from "./machine.ts";

const MACHINE: Machine = {
  aha: "0.1.0",
  node: "v20.19.0",
  platform: "linux x64",
  processor: "a processor",
  cores: 2,
  memory: 8_000,
  freeMemory: 4_000,
  freeDisk: 10_000,
  engine: { version: "1.30.0", providers: ["cpu"], problem: null },
};

test.each<[string, Partial<Machine>, string, RegExp]>([
  ["a laptop", {}, "ready", /^$/],
  ["a newer Node", { node: "v22.1.0" }, "ready", /^$/],
  ["an old Node", { node: "v20.18.3" }, "not ready", /too old: install 20\.19/],
  ["an older Node", { node: "v18.20.0" }, "not ready", /too old/],
  [
    "no engine",
    { engine: { version: "unknown", providers: [], problem: "it doesn't load" } },
    "not ready",
    /it doesn't load/,
  ],
  ["little memory", { memory: 900 }, "limited", /900 MB of memory/],
  ["a full disk", { freeDisk: 12.3 }, "limited", /only 12 MB of disk/],
  ["an unknown disk", { freeDisk: null }, "ready", /^$/],
  ["one core", { cores: 1 }, "limited", /one core/],
])("%s", (_name, change, verdict, reason) => {
  const diagnosis = diagnose({ ...MACHINE, ...change });
  expect(diagnosis.verdict).toBe(verdict);
  expect(diagnosis.reasons.join("; ")).toMatch(reason);
});
