/**
 * A reader that hangs in native code, which nothing but the end of its process ends, at every run whose name begins
 * with
 * `hang`; in the completions alone at `hang-late`.
 */
import { createRequire } from "node:module";

const Database = createRequire(import.meta.url)("libsql");

const real = process.on.bind(process);
process.on = (name, listener) =>
  real(
    name,
    name !== "message"
      ? listener
      : (message) => {
          if (message.kind === "ask" && hangsAt(message.path)) hang();
          listener(message);
        },
  );

function hangsAt(path) {
  return /\/hang-late/.test(path) ? /rollouts|groups|problems|aha/.test(path) : /\/hang/.test(path);
}

function hang() {
  new Database(":memory:")
    .prepare("WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r")
    .get();
}

await import("../../dist/dashboard/server/readers/reader-main.js");
