import { stat } from "node:fs/promises";
import { join } from "node:path";
import { OptionError, show } from "../errors.ts";
import { writeFileAtomically } from "../host/write-file.ts";
import { writeFolderAtomically } from "../host/write-folder.ts";
import { openRunStore, type RunStore } from "../store/index.ts";
import { checkNewFile, checkNewFolder, checkWritable } from "./check-out.ts";
import { metricTable } from "./metric-table.ts";
import { metricsToCsv } from "./metrics-csv.ts";
import { rolloutsToJsonl } from "./rollouts-jsonl.ts";
import { rolloutsToParquet } from "./rollouts-parquet.ts";
import { metricsToTensorBoard } from "./tensorboard.ts";

export interface ExportRunOptions {
  /** `jsonl` and `parquet`: its rollouts; `csv` and `tensorboard`: its figures by step. */
  readonly to: "jsonl" | "parquet" | "csv" | "tensorboard";
  /** Where it is written: a folder for `tensorboard`, a file for the others. Nothing may be there. */
  readonly out: string;
}

export interface RunExportSummary {
  readonly run: string;
  readonly to: ExportRunOptions["to"];
  readonly out: string;
  /**
   * Rollouts for `jsonl` and `parquet`; steps with figures for `csv` and `tensorboard`, that of the evaluation before
   * training included.
   */
  readonly rows: number;
  readonly bytes: number;
}

/** A kind of data that a run can be written as. */
interface RunTarget {
  /** The ending of the file; null for a folder. */
  readonly ending: string | null;
  /** @returns the file that was written, and its rows */
  write(store: RunStore, out: string): Promise<{ readonly file: string; readonly rows: number }>;
}

const TARGETS: Readonly<Record<ExportRunOptions["to"], RunTarget>> = {
  jsonl: {
    ending: ".jsonl",
    async write(store, out) {
      const encoder = new TextEncoder();
      let rows = 0;
      const lines = function* (): Generator<Uint8Array> {
        for (const line of rolloutsToJsonl(store)) {
          rows++;
          yield encoder.encode(line);
        }
      };
      await writeFileAtomically(out, lines());
      return { file: out, rows };
    },
  },
  parquet: {
    ending: ".parquet",
    write: async (store, out) => ({ file: out, rows: await rolloutsToParquet(store, {}, out) }),
  },
  csv: {
    ending: ".csv",
    async write(store, out) {
      const text = metricsToCsv(store);
      await writeFileAtomically(out, text);
      return { file: out, rows: text.split("\r\n").length - 2 };
    },
  },
  tensorboard: {
    ending: null,
    async write(store, out) {
      // TensorBoard looks for files with `tfevents` in their names, and orders them by the number behind it.
      const name = `events.out.tfevents.${Math.floor((store.states()[0]?.time ?? 0) / 1000)}.aha`;
      await writeFolderAtomically(out, new Map([[name, metricsToTensorBoard(store)]]));
      return { file: join(out, name), rows: metricTable(store).length };
    },
  },
};

/** What `aha export` can make of a run, beside its model. */
export const RUN_TARGETS: readonly string[] = Object.keys(TARGETS);

/**
 * Writes what a run recorded for other programs; the run may be going on.
 *
 * @throws OptionError for a place that can't be used, RunError for a run that can't be read
 */
export async function exportRun(run: string, { to, out }: ExportRunOptions): Promise<RunExportSummary> {
  const target = Object.hasOwn(TARGETS, to) ? TARGETS[to] : undefined;
  if (target === undefined)
    throw new OptionError(`Expected \`to\` to be one of ${RUN_TARGETS.join(", ")}, got ${show(to)}.`);
  if (target.ending === null) await checkNewFolder(to, out);
  else await checkNewFile(to, target.ending, out);
  await checkWritable(out);
  const store = openRunStore(run, { readOnly: true });
  try {
    const { file, rows } = await target.write(store, out);
    return { run, to, out, rows, bytes: (await stat(file)).size };
  } finally {
    store.close();
  }
}
