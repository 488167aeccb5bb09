import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { foreignJson } from "./foreign-json.ts";

/** Where `JSON.parse` stands, and why what it reads is no stranger's. */
const OWN_TEXTS: Readonly<Record<string, string>> = {
  "text/foreign-json.ts": "the one place, after counting",
  "claims/memory-probe.ts": "the output of our own process",
  "claims/reproduce.ts": "the package's own package.json",
  "cli/machine.ts": "the package's own package.json",
  "cli/dashboard-process.ts": "a line of our own process",
  "dashboard/server/live-watch.ts": "what our own reader wrote as JSON",
  "dashboard/server/run-list.ts": "what our own reader wrote as JSON",
  "dashboard/ui/live/api-client.ts": "the page reads its own server",
  "dashboard/ui/live/live-events.ts": "the page reads its own server",
  "dashboard/ui/live/use-feeds.ts": "what the page wrote itself",
  "formats/chat/chat-template-process.ts": "what the process that started it wrote",
  "formats/chat/template-process.ts": "what the process that it started wrote",
  "host/config-differences.ts": "what JSON.stringify just gave",
  "data/parquet-process.ts": "what the process that started it wrote",
  "data/parquet-table.ts": "texts that our own process wrote as JSON",
  "store/own-schema.ts": "what JSON.stringify just gave",
  "judging/queue/content-key.ts": "the package's own package.json",
  "judging/queue/evaluator-main.ts": "what the process that started it wrote",
  "judging/queue/redis/bull-records.ts": "what JSON.stringify just gave",
  "playground/client/packed-step.ts": "what JSON.stringify just gave",
  "playground/trainer/load-model.ts": "the page's own files, small and bundled with it",
  "playground/whole/store-program.ts": "an answer of the same thread; the rows in it were read as a stranger's",
  "sandbox/child/javascript-engine.ts": "in the sandbox, bounded by its memory; what leaves it is read as a stranger's",
  "sandbox/child/javascript-source.ts": "as javascript-engine.ts",
  "sandbox/child/main.ts": "what the process that started it wrote",
  "sandbox/child/python-engine.ts": "as javascript-engine.ts",
  "sandbox/repository/javascript-signing.ts": "what the process that started it wrote",
  "cli/init/task-files.ts": "stands in the module that is written for a user, who reads his own rows",
};

test("a text and its bytes give the same", () => {
  for (const text of ['{"a":[1,"]["]}', "7", "[", '"\\', `[${"[".repeat(64)}`])
    expect(foreignJson(text)).toEqual(foreignJson(Buffer.from(text)));
  expect(foreignJson('{"a":[1,"]["]}')).toEqual({ value: { a: [1, "]["] } });
  expect(foreignJson("[".repeat(1e6))).toEqual({
    expected: "JSON of at most 64 levels and 1048576 objects",
    got: "1000000 and 1000000",
  });
  expect(foreignJson("{oops")).toEqual({ expected: "JSON", got: null });
});

test("nothing else in src/ parses a stranger's JSON", () => {
  const src = fileURLToPath(new URL("..", import.meta.url));
  const files = readdirSync(src, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  const parsing = files.filter(
    (path) =>
      /\.tsx?$/.test(path) &&
      !/\.test\.tsx?$/.test(path) &&
      /JSON\s*(\.|\?\.|\[["'])\s*parse|\.json\(\)/.test(readFileSync(`${src}/${path}`, "utf8")),
  );
  expect(parsing.filter((path) => !(path in OWN_TEXTS))).toEqual([]);
});
