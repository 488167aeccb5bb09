import { JAVASCRIPT_LAYING, JAVASCRIPT_SIGNING } from "./javascript-signing.ts";

/** Reports each test on descriptor 3, signed by the key of descriptor 4: it runs in the process above the tests. */
export const NODE_REPORTER = `
import crypto from "node:crypto";
import fs from "node:fs";
import { relative } from "node:path";
${JAVASCRIPT_SIGNING}
emit({ kind: "start" });
export default async function* report(source) {
  const names = [];
  for await (const { type, data } of source) {
    if (type === "test:start") {
      names.length = data.nesting;
      names.push(data.name);
    } else if (type === "test:pass" || type === "test:fail") {
      const name = [...names.slice(0, data.nesting), data.name].join(" > ");
      const skipped = (data.skip ?? data.todo) !== undefined;
      const outcome = skipped ? "skipped" : type === "test:pass" ? "passed" : "failed";
      const id = data.file === undefined ? name : relative(process.cwd(), data.file) + "::" + name;
      emit({ kind: "test", id, when: "call", outcome });
    }
  }
  emit({ kind: "end" });
}
`;

/**
 * Comes before the tests in their own process: takes the hidden test's text out of its file, so that the code that it
 * tests can't read it, and makes the assertions what nothing can change.
 */
export const NODE_GUARD = `
import assert from "node:assert";
import test from "node:test";
import { readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { pathToFileURL } from "node:url";
${JAVASCRIPT_LAYING}
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  const path = process.argv[1];
  const source = readFileSync(path, "utf8");
  writeFileSync(path, "");
  const format = process.env.AHA_FORMAT;
  lay({ url: pathToFileURL(path).href, format, source });
  const seen = new Set();
  const freeze = (value) => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) return;
    seen.add(value);
    for (const name of ["strict", "AssertionError", "prototype", "test", "it", "describe", "suite"])
      if (Object.hasOwn(value, name)) freeze(value[name]);
    Object.freeze(value);
  };
  freeze(assert);
  freeze(test);
}
`;
