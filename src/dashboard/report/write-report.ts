import { access, constants, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OptionError, RunError, show } from "../../errors.ts";
import { writeFileAtomically } from "../../host/write-file.ts";
import { openRunStore, warningLine } from "../../store/index.ts";
import { plainFile } from "../../host/plain-files.ts";
import { gatherReport } from "./gather-report.ts";
import { reportPage } from "./render-report.ts";

export interface ReportOptions {
  /** The file; `report.html` in the run's folder where absent. */
  readonly out?: string;
  /** Replaces a file that is there. */
  readonly force?: boolean;
}

export interface ReportSummary {
  readonly run: string;
  readonly out: string;
  readonly bytes: number;
  readonly steps: number;
  readonly warnings: readonly string[];
}

/**
 * Writes the report of a run, whole or not at all; the run may be going on.
 *
 * @throws RunError for a run that can't be read or has no steps yet, OptionError for a place that can't be used
 */
export async function writeReport(
  run: string,
  { out: given, force = false }: ReportOptions = {},
): Promise<ReportSummary> {
  const out = given ?? join(run, "report.html");
  const store = openRunStore(run, { readOnly: true });
  try {
    const steps = store.lastStep();
    if (steps === 0)
      throw new RunError(`Expected ${show(run)} to have steps to report on, got none yet; wait for the first one.`);
    // A link at a place that the user named is the user's own; one in a run folder may be anybody's.
    if (given === undefined) plainFile(out);
    await checkPlace(out, force);
    const data = await gatherReport(basename(resolve(run)), run, store);
    const text = reportPage(data);
    await writeFileAtomically(out, text);
    return {
      run,
      out,
      bytes: Buffer.byteLength(text),
      steps,
      warnings: data.warnings.map(warningLine),
    };
  } finally {
    store.close();
  }
}

async function checkPlace(out: string, force: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found !== undefined && !found.isFile())
    throw new OptionError(`Expected \`out\` to be a file, got ${show(out)}, which is none; name a file.`);
  if (found !== undefined && !force)
    throw new OptionError(
      `Expected \`out\` to be a new file, got ${show(out)}, which is there; choose another, or give \`force: true\` to replace it.`,
    );
  const folder = dirname(resolve(out));
  const above = await stat(folder).catch(() => undefined);
  if (above?.isDirectory() !== true)
    throw new OptionError(
      `Expected \`out\` to be in a folder that is there, got ${show(out)}; make the folder, or choose another.`,
    );
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!writable)
    throw new OptionError(
      `Expected \`out\` to be where files can be written, got ${show(out)}, and no permission for its folder; choose another.`,
    );
}
