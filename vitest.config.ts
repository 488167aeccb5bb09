import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    globalSetup: ["test/build-once.ts"],
    // What tests run is not remembered as run by the person at this machine, nor by the tests before.
    env: { AHA_CONFIG_DIR: mkdtempSync(join(tmpdir(), "aha-test-config-")) },
    // Two processes: the engine has threads of its own, and a test of numbers should not wait for a crowd.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 10_000,
  },
});
