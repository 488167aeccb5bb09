import { OptionError } from "../errors.ts";
import { goldVerifiers } from "./open-data-task.ts";
import { questionId } from "./normal-question.ts";
import type { SplitRule } from "./problem-index.ts";
import { readProblemsOf, type ProblemFile, type ReadProblemsOptions } from "./read-problems.ts";
import { isLeftOut } from "./shapes/reading.ts";
import type { DataRow } from "./rows/data-row.ts";
import type { DataSource } from "./sources/find-data.ts";

/** Which questions of some data are kept for measuring. */
export interface QuestionSplits {
  readonly rule: SplitRule;
  /** Questions that are kept apart. */
  readonly heldOut: number;
  /** The columns of the questions and golds. */
  readonly columns: readonly string[];
  /** Whether a row has one of them, in whatever dress. @param asked its question where no gold can be read */
  isHeldOut(row: DataRow, asked: string): boolean;
}

/**
 * The splits of data with questions and golds, as `readProblems` parts them for every other use; null for data that it
 * can't read: what has no golds is never measured on.
 */
export async function questionSplits(source: DataSource, options: ReadProblemsOptions): Promise<QuestionSplits | null> {
  const file = await problemsIn(source, options);
  if (file === null) return null;
  try {
    const { indices, index, rule, reading } = file;
    const shared = rule === "the same questions for all";
    const held = shared ? new Set<string>() : index.idsOf([...indices.validation, ...indices.heldOut]);
    return {
      rule,
      heldOut: held.size,
      columns: [...reading.columns, ...(reading.splitColumn === null ? [] : [reading.splitColumn.split(".", 1)[0]!])],
      isHeldOut(row, asked) {
        const read = reading.read(row);
        return held.has(questionId(isLeftOut(read) ? asked : read.question));
      },
    };
  } finally {
    await file.close();
  }
}

async function problemsIn(source: DataSource, options: ReadProblemsOptions): Promise<ProblemFile | null> {
  try {
    const verifiers = await goldVerifiers("");
    return await readProblemsOf({ ...source, close: () => undefined }, { ...options, verifiers, skipUnreadable: true });
  } catch (error) {
    if (error instanceof OptionError && options.evalData === undefined) return null;
    throw error;
  }
}
