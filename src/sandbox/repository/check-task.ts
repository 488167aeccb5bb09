import { TaskError, show } from "../../errors.ts";
import { parseEdits } from "../../tasks/edits/parse-edits.ts";
import type { FileEdit } from "../../tasks/edits/file-edits.ts";
import { checkBubblewrap } from "./bubblewrap.ts";
import { SandboxError } from "./sandbox-error.ts";
import { readGold } from "./task-folder.ts";
import { PreparedTask } from "./test-run.ts";

/** What a task was found to be. */
export interface CheckedTask {
  readonly folder: string;
  readonly failToPass: number;
  readonly passToPass: number;
  /** Seconds that the tests took with the edits that solve it, by run. */
  readonly seconds: readonly number[];
  /** What the tests said without any edit. */
  readonly withoutEdits: string;
}

const GOLD_RUNS = 3;

/**
 * Checks that a task can be judged: the edits that solve it pass three times of three, and no edits fail.
 *
 * @throws TaskError saying in one line that it is broken or flaky, and why; OptionError without bubblewrap
 */
export async function checkRepositoryTask(folder: string): Promise<CheckedTask> {
  checkBubblewrap();
  const task = await PreparedTask.open(folder);
  try {
    const gold = goldEdits(task);
    const seconds: number[] = [];
    for (let run = 1; run <= GOLD_RUNS; run++) {
      const { verdict, seconds: took } = await task.run(gold);
      seconds.push(took);
      if (verdict.kind === "right") continue;
      const reason = "reason" in verdict ? verdict.reason : verdict.kind;
      if (run > 1)
        throw broken(folder, `is flaky: the edits that solve it passed ${run - 1} times and then didn't: ${reason}`);
      throw broken(folder, `is broken: the edits that solve it don't pass: ${reason}`);
    }
    const base = await task.runBase();
    if (base.verdict.kind === "right") throw broken(folder, "is broken: its tests pass without any edit");
    const { failToPass, passToPass } = task.source.task;
    return {
      folder,
      failToPass: failToPass.length,
      passToPass: passToPass.length,
      seconds,
      withoutEdits: "reason" in base.verdict ? (base.verdict.reason ?? "") : "",
    };
  } catch (error) {
    if (error instanceof SandboxError) throw broken(folder, `can't be tested here: ${error.message}`);
    throw error;
  } finally {
    task.close();
  }
}

function goldEdits({ source }: PreparedTask): readonly FileEdit[] {
  const edits = parseEdits(readGold(source));
  if ("wrong" in edits) throw broken(source.folder, `is broken: ${source.task.gold}: ${edits.wrong}`);
  return edits;
}

function broken(folder: string, what: string): TaskError {
  return new TaskError(`Expected a task that can be judged, but ${show(folder)} ${what}; correct or leave it out.`);
}
