import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TAB_DEFAULTS } from "../../src/playground/settings.ts";
import { configOf } from "../../src/playground/whole/store-program.ts";
import { createRunStore } from "../../src/store/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";

test("a tab's run isn't gone on with, and it is said why and what to do", async () => {
  const parent = mkdtempSync(join(tmpdir(), "aha-exported-"));
  const folder = join(parent, "run");
  try {
    const store = createRunStore(folder, configOf(TAB_DEFAULTS));
    store.recordState("started", TAB_DEFAULTS.model);
    const before = store.contentDigest();
    await expect(resumeRun(folder)).rejects.toThrow(
      `Expected a run with checkpoints, got one that a browser tab made, which keeps none; begin another from its model, ${join(folder, "final")}.`,
    );
    expect(store.contentDigest()).toBe(before);
    store.close();
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
});
