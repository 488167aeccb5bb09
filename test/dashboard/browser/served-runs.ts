import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { startDashboard, type Dashboard } from "../../../src/dashboard/server/index.ts";
import { launchBrowser } from "./page-under-test.ts";

/** A browser and a dashboard over a folder of runs. */
export interface ServedRuns {
  readonly browser: Browser;
  readonly dashboard: Dashboard;
}

/**
 * Serves runs to a browser while the tests of a `describe` run, and takes both away after them.
 *
 * @param fill makes the runs in a new folder
 * @returns what may be asked for once the tests run
 */
export function serveRuns(fill: (folder: string) => void | Promise<void>): () => ServedRuns {
  let folder = "";
  let served: ServedRuns;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aha-page-"));
    await fill(folder);
    served = {
      dashboard: await startDashboard({ accessToken: null, folder, port: 0 }),
      browser: await launchBrowser(),
    };
  });
  afterAll(async () => {
    await served.browser.close();
    await served.dashboard.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => served;
}
