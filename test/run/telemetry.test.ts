import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { childEnvironment } from "../../src/host/child-environment.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;
const WORK = ["eval", "models/countdown-base", "--problems", "2", "--samples", "1", "--json"];

/** What the engine's library leaves in a home folder of its own. */
function leftByEngine(): readonly string[] {
  const home = temporaryFolder();
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...WORK], {
    encoding: "utf8",
    env: { ...childEnvironment(), HOME: home, AHA_CONFIG_DIR: join(home, "aha") },
  });
  expect(status, stderr).toBe(0);
  const cache = join(home, ".cache");
  return existsSync(cache) ? readdirSync(cache, { recursive: true, encoding: "utf8" }) : [];
}

test("no telemetry is kept of what the engine does", () => {
  expect(leftByEngine()).toEqual([]);
});
