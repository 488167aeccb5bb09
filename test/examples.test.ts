import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FOLDER = new URL("../examples/", import.meta.url);

test.each(readdirSync(FOLDER).filter((name) => name.endsWith(".ts")))(
  "%s runs as it stands, in at most 100 lines",
  (name) => {
    const path = new URL(name, FOLDER).pathname;
    expect(readFileSync(path, "utf8").split("\n").length).toBeLessThanOrEqual(100);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", path], {
      encoding: "utf8",
      timeout: 120_000,
    });
    expect(stderr.replace(/^.*ExperimentalWarning.*$/gm, "").trim()).toBe("");
    expect(status).toBe(0);
    expect(stdout.trim()).not.toBe("");
  },
);
