import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { TaskError } from "../errors.ts";
import { SANDBOX_VERSION } from "../sandbox/executor.ts";
import { checkRepositoryTask, type CheckedTask } from "../sandbox/repository/check-task.ts";
import { folderSha256 } from "../store/folder-sha256.ts";
import { keepUserList, userList } from "../store/user-lists.ts";
import { printableLine } from "../text/printable.ts";
import { taskFolders } from "./repository-task.ts";

export interface TaskChecking {
  readonly onNote?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Checks what was found sound before, too. */
  readonly again?: boolean;
  readonly onChecked?: (checked: CheckedTask) => void;
}

const FILE = "checked-tasks.json";
const MOST = 20_000;
/** Names in a refusal. */
const SHOWN = 20;

/**
 * Checks the tasks of a folder that weren't found sound before, some at once. What was is remembered by its content.
 *
 * @throws TaskError for those that are broken or flaky; OptionError without bubblewrap; the signal's reason
 */
export async function checkTasks(folder: string, checking: TaskChecking = {}): Promise<void> {
  const { onNote, signal, again = false, onChecked } = checking;
  const known = soundTasks();
  const found = taskFolders(folder).map((path) => ({ path, content: contentOf(path) }));
  const waiting = again ? found : found.filter(({ content }) => !known.has(content));
  if (waiting.length === 0) return;
  onNote?.(
    `Checking ${waiting.length} repository task${waiting.length === 1 ? "" : "s"} of ${printableLine(basename(folder))}: its edits three times, none once.`,
  );
  const sound: string[] = [];
  const refused: { readonly path: string; readonly error: TaskError }[] = [];
  const next = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      signal?.throwIfAborted();
      try {
        const checked = await checkRepositoryTask(one.path);
        onChecked?.(checked);
        sound.push(one.content);
      } catch (error) {
        if (!(error instanceof TaskError)) throw error;
        refused.push({ path: one.path, error });
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, next));
  } finally {
    // What still goes on after a mistake of this machine's begins nothing more.
    waiting.length = 0;
    await remember(sound);
  }
  if (refused.length > 0) throw refusal(refused);
}

function refusal(refused: readonly { readonly path: string; readonly error: TaskError }[]): TaskError {
  const [first, ...others] = refused;
  if (others.length === 0) return first!.error;
  const names = others.map(({ path }) => basename(path)).sort();
  const more = names.length > SHOWN ? `${names.slice(0, SHOWN).join(", ")}, ...` : names.join(", ");
  return new TaskError(`${first!.error.message} ${others.length} more are refused: ${printableLine(more)}.`);
}

/** A task that another sandbox found sound is checked anew. */
function contentOf(folder: string): string {
  return `${SANDBOX_VERSION}:${folderSha256(folder)}`;
}

function soundTasks(): ReadonlySet<string> {
  return new Set(userList(FILE).filter((one) => typeof one === "string"));
}

/** Where it can't be written, the tasks are checked again the next time. */
async function remember(sound: readonly string[]): Promise<void> {
  if (sound.length === 0) return;
  await keepUserList(FILE, [...new Set([...soundTasks(), ...sound])], MOST);
}
