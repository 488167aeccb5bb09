/**
 * The rows of the house, from the bottom up: rooms follow the data. A folder may import only from lower rows, or from
 * folders to its left in its own row.
 */
export const ROWS: readonly (readonly string[])[] = [
  ["errors.ts", "random.ts", "numbers", "text", "draw", "records", "options"],
  ["host", "verifiers", "tokenizer", "optimizer", "advantages", "prompts"],
  ["engine", "graph", "tasks", "rewards", "emergence", "sandbox"],
  ["model", "losses", "store", "judging"],
  ["policy", "formats", "data", "figures"],
  ["rollout", "asking", "pretraining"],
  ["algorithms", "evaluation", "bench"],
  ["training", "export", "recipes", "chat"],
  ["distillation", "pipelines"],
  ["claims"],
  ["server", "dashboard", "playground", "cli"],
];

/** The only folders that build graphs or put an engine to work: everyone else asks a policy. */
export const ENGINE_USERS: readonly string[] = ["engine", "graph", "model", "losses", "policy", "bench", "formats"];

/** What of the engine anybody may ask: which one there is. */
export const ENGINE_OPEN: readonly string[] = ["engine/engine-info.ts"];

/** Folders that run in a browser: no `node:` modules, except in the files named here, each with its reason. */
export const PURE: readonly string[] = [
  "numbers",
  "text",
  "draw",
  "records",
  "options",
  "verifiers",
  "optimizer",
  "advantages",
  "prompts",
  "graph",
  "tasks",
  "rewards",
  "emergence",
  "model",
  "losses",
  "figures",
  "rollout",
  "asking",
  "evaluation",
];
export const PURE_EXCEPTIONS: Readonly<Record<string, string>> = {
  "tasks/load-task.ts": "loads a user's task from a path; nothing else in tasks/ needs it",
};

/** Folders whose code runs in the page: of the rest of src/ they take only types. */
export const PAGE_FOLDERS: readonly string[] = [
  "dashboard/ui/",
  "dashboard/text/",
  "figures/",
  "draw/",
  "text/",
  "numbers/",
];

/** The folders where a package may be imported; the first pattern that fits counts. */
export const PACKAGE_HOMES: readonly (readonly [pattern: RegExp, ...folders: string[]])[] = [
  [/^onnxruntime-/, "engine"],
  [/^@bufbuild\/protobuf/, "engine", "export", "policy"],
  [/^@huggingface\/tokenizers/, "tokenizer"],
  [/^(libsql|sql\.js)/, "store"],
  [/^(re2js|ajv)($|\/)/, "verifiers"],
  [/^(undici|@noble\/hashes)/, "host"],
  [/^(pyodide|quickjs-emscripten)/, "sandbox"],
  [/^(bullmq|ioredis)/, "host", "judging", "policy"],
  [/^commander/, "cli"],
  [/^hyparquet-writer/, "export"],
  [/^hyparquet/, "data", "export"],
  [/^(@hono\/|hono($|\/))/, "dashboard", "server"],
  [/^fflate/, "playground"],
  [/^preact/, "dashboard", "playground"],
];

export const LONGEST_FILE = 400;
