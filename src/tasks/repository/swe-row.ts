import { TaskError, show } from "../../errors.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { applyFileEdits, type EditRules } from "../edits/file-edits.ts";
import { parseEdits } from "../edits/parse-edits.ts";

/** What a row of SWE-bench's form becomes: a task's files by their paths in its folder, the repository left out. */
export interface SweTask {
  readonly id: string;
  /** `owner/name` of the repository. */
  readonly repository: string;
  readonly baseCommit: string;
}

const REQUIRED = "instance_id repo base_commit problem_statement test_patch FAIL_TO_PASS".split(" ");

/** @throws TaskError for a row that has other columns or values */
export function readSweRow(row: unknown): SweTask {
  const fields = fieldsOf(row);
  const [id, repository, baseCommit] = ["instance_id", "repo", "base_commit"].map((name) => text(fields, name));
  if (!/^[\w.-]{1,200}$/.test(id!) || /^\.+$/.test(id!))
    throw new TaskError(`Expected \`instance_id\` to be a plain name, got ${show(id)}; correct the row.`);
  return { id: id!, repository: repository!, baseCommit: baseCommit! };
}

/**
 * The files of a task's folder.
 *
 * @param read gives the text of a file of the base commit, null where there is none
 * @throws TaskError for tests that can't be laid over the base commit
 */
export function sweTaskFiles(row: unknown, read: EditRules["read"]): ReadonlyMap<string, string> {
  const fields = fieldsOf(row);
  const edits = parseEdits(text(fields, "test_patch"));
  const tests = "wrong" in edits ? edits : applyFileEdits(edits, { protectedPaths: [], read });
  if (!(tests instanceof Map))
    throw new TaskError(
      `Expected \`test_patch\` of ${show(fields["instance_id"])} to apply to its base commit, but ${tests.wrong}; use the repository that it was made for.`,
    );
  const hidden = new Map([...tests].filter((entry): entry is [string, string] => entry[1] !== null));
  const failToPass = names(fields, "FAIL_TO_PASS");
  const passToPass = names(fields, "PASS_TO_PASS");
  // What stays passing may be in files that the patch leaves alone; they are laid over too, as no answer may edit them.
  for (const path of new Set([...failToPass, ...passToPass].map((id) => id.split("::")[0]!))) {
    const base = hidden.has(path) ? null : read(path);
    if (typeof base === "string") hidden.set(path, base);
  }
  const json = {
    issue: text(fields, "problem_statement"),
    baseCommit: text(fields, "base_commit"),
    hiddenTests: [...hidden.keys()],
    failToPass,
    passToPass,
  };
  const gold = typeof fields["patch"] === "string" ? fields["patch"] : "";
  return new Map([
    ["task.json", `${JSON.stringify(json, null, 2)}\n`],
    ["gold.diff", gold],
    ...[...hidden].map(([path, content]): [string, string] => [`hidden/${path}`, content]),
  ]);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(row: unknown): Fields {
  const fields = typeof row === "object" && row !== null && !Array.isArray(row) ? (row as Fields) : {};
  const missing = REQUIRED.filter((name) => !Object.hasOwn(fields, name));
  if (missing.length > 0)
    throw new TaskError(
      `Expected a row with ${REQUIRED.join(", ")}, got one without ${missing.join(", ")}; name rows of SWE-bench's form.`,
    );
  return fields;
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "") return value;
  throw new TaskError(`Expected \`${name}\` of a row to be a text, got ${show(value)}; correct the row.`);
}

/** Names of tests, which come as a list or as a list's JSON. */
function names(fields: Fields, name: string): readonly string[] {
  const value = fields[name] ?? [];
  const list: unknown = typeof value === "string" ? parsed(value) : value;
  if (Array.isArray(list) && list.every((one) => typeof one === "string")) return list as readonly string[];
  throw new TaskError(`Expected \`${name}\` of a row to be a list of tests, got ${show(value)}; correct the row.`);
}

function parsed(json: string): unknown {
  return foreignJson(json).value;
}
