import { spawnSync } from "node:child_process";
import { checkBubblewrap } from "../../src/sandbox/repository/bubblewrap.ts";

/** What this machine lacks to test repositories; undefined where it has all. */
export function missingForRepositories(): string | undefined {
  try {
    checkBubblewrap();
  } catch (error) {
    return (error as Error).message;
  }
  if (spawnSync("git", ["--version"]).status !== 0) return "there is no git";
  return spawnSync("python3", ["-c", "import pytest"]).status === 0 ? undefined : "there is no pytest";
}
