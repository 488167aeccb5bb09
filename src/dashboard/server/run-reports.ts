import { startWorker, workerModule } from "../../host/worker-host.ts";
import type { ReportCalls, ReportInit } from "./report-worker.ts";

/** Writes reports of runs, each in a thread of its own, one at a time. */
export class RunReports {
  private last: Promise<unknown> = Promise.resolve();

  /** The report of a run as one HTML file. @throws RunError where the run can't be read */
  async of(name: string, folder: string): Promise<string> {
    const report = this.last.then(() => write(name, folder));
    // Those that wait for it don't care how it ended.
    this.last = report.catch(() => undefined);
    return report;
  }
}

async function write(name: string, folder: string): Promise<string> {
  const worker = await startWorker<ReportInit, ReportCalls>(workerModule("./report-worker", import.meta.url), {
    name,
    folder,
  });
  try {
    return await worker.calls.render();
  } finally {
    await worker.stop();
  }
}
