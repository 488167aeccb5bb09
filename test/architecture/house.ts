/** The rows of the house, from the bottom up. A folder may import only from lower rows, or from folders to its left in its own row. */
export const ROWS: readonly (readonly string[])[] = [
  ["errors.ts", "random.ts", "axis.ts", "json-size.ts", "printable.ts", "local-path.ts"],
  ["onnx", "graph", "optimizer", "model"],
  ["tasks", "prompts", "rollout", "rewards", "advantages", "losses", "update", "emergence", "runs"],
  ["evaluation", "export", "training", "distillation", "pipelines", "claims"],
  ["dashboard", "cli"],
];

/** The only folders of row 2 that may touch the engine (row 1). */
export const ENGINE_USERS: readonly string[] = ["rollout", "losses", "update"];

/** Folders that take only types from `rollout`, so that they run where no engine is. */
export const ROLLOUT_TYPES_ONLY: readonly string[] = ["rewards", "emergence", "runs"];

/** Folders that run in a browser: no `node:` modules, except in the files named here, each with its reason. */
export const PURE: readonly string[] = ["tasks", "prompts", "rewards", "advantages", "emergence"];
export const PURE_EXCEPTIONS: Readonly<Record<string, string>> = {
  "tasks/load-task.ts": "loads a user's task from a path; nothing else in tasks/ needs it",
};

/** Folders below row 4 whose code runs in the page: of the rest of src/ they take only types, and these files. */
export const PAGE_FOLDERS: readonly string[] = ["dashboard/ui/", "dashboard/charts/", "dashboard/text/"];
export const PAGE_MAY_USE: readonly string[] = ["axis.ts"];

/** The folders where a package may be imported; the first pattern that fits counts. */
export const PACKAGE_HOMES: readonly (readonly [pattern: RegExp, ...folders: string[]])[] = [
  [/^onnxruntime-/, "onnx"],
  [/^@bufbuild\/protobuf/, "onnx", "export"],
  [/^@huggingface\/tokenizers/, "model"],
  [/^@huggingface\/jinja/, "prompts"],
  [/^libsql/, "runs"],
  [/^commander/, "cli"],
  [/^openai/, "distillation"],
  [/^hyparquet-writer/, "export"],
  [/^hyparquet/, "training", "export"],
  [/^(@hono\/|hono($|\/))/, "dashboard"],
  [/^preact/, "dashboard"],
];

export const LONGEST_FILE = 400;
