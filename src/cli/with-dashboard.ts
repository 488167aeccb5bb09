import { basename, dirname } from "node:path";
import type { CommandContext } from "./command-context.ts";
import type { CommonFlags } from "./flags.ts";
import { printableLine } from "../text/printable.ts";
import { shellWord } from "../text/shell-word.ts";
import { createReport } from "./report.ts";

export interface DashboardFlag extends CommonFlags {
  readonly dashboard?: boolean;
  /** The Redis that has the run's queue. */
  readonly queue?: string;
}

/** The flag of the commands that train. */
export const DASHBOARD_FLAG: readonly [flags: string, description: string] = [
  "--dashboard",
  "watch the run in a browser while it goes on",
];

/** What the dashboard shows: a folder of runs, and one of them at first. */
export interface Shown {
  readonly folder: string;
  readonly run?: string;
}

/** A run's folder among its siblings. */
export function besideItsSiblings(runFolder: string): Shown {
  return { folder: dirname(runFolder), run: basename(runFolder) };
}

/**
 * Does a job with the dashboard beside it, where the flag asks for it. After the job the page stays for a person at a
 * terminal, until Ctrl-C; else it ends with the job.
 */
export async function withDashboard(
  context: CommandContext,
  flags: DashboardFlag,
  { folder, run }: Shown,
  job: () => Promise<void>,
): Promise<void> {
  if (flags.dashboard !== true) return job();
  const { host, compositions } = context;
  const report = createReport(host, flags);
  const dashboard = await compositions.dashboardBeside(folder, flags.queue).catch((error: Error) => {
    // Looking is not worth losing the training for.
    host.error(`The dashboard can't be shown (${printableLine(error.message)}); the training goes on without it.\n`);
    return null;
  });
  if (dashboard === null) return job();
  const url = run === undefined ? dashboard.url : `${dashboard.url}#/run/${encodeURIComponent(run)}`;
  try {
    report.tell(`The dashboard is at ${url}`);
    host.openBrowser?.(url);
    await job();
    if (!host.interactive || flags.json === true || context.exitCode !== 0) return;
    report.tell(
      `\nThe dashboard stays at ${url} until you press Ctrl-C. To see it again: aha dashboard ${shellWord(folder)}`,
    );
    await new Promise<void>((resolve) => {
      const remove = host.onInterrupt(() => {
        remove();
        resolve();
      });
    });
  } finally {
    await dashboard.end();
  }
}
