/**
 * Compiles src/ to dist/, file by file, without a bundler: workers load their modules by URL. The dashboard's page
 * alone is bundled, by build-page.mjs.
 *
 *   node scripts/build.mjs            checks the types and compiles
 *   node scripts/build.mjs --fast     compiles without checking the types, and only if something changed
 *
 * Plain JavaScript, because `npm ci` runs it before anything is built.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "./build-page.mjs";
import { buildPlayground } from "./build-playground.mjs";
import { filesBelow } from "./files-below.mjs";

// The tests look at what is shipped: their own NODE_ENV would build the pages for development, with paths in them.
process.env.NODE_ENV = "production";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "src");
const dist = join(root, "dist");
const command = join(dist, "cli", "main.js");
const stamp = join(dist, ".built");
const fast = process.argv.includes("--fast");
/** The pages' folders below src/ and dist/: they are bundled, not compiled. */
const PAGES = [join("dashboard", "ui") + sep, `playground${sep}`];

/** Changes when a source file, the settings or the compiler change. */
function fingerprint(sources, compiler) {
  const hash = createHash("sha256").update(compiler);
  for (const file of [...sources.map((name) => join(source, name)), join(root, "tsconfig.json")]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\n${mtimeMs}\n${size}\n`);
  }
  return hash.digest("hex");
}

/** Removes what a deleted source file left in dist/. */
function removeStale(sources) {
  const kept = new Set(sources.map((name) => name.replace(/\.ts$/, "")));
  for (const name of filesBelow(dist).filter((file) => !PAGES.some((page) => file.startsWith(page)))) {
    if (!kept.has(name.replace(/(\.d\.ts|\.js|\.js\.map)$/, ""))) rmSync(join(dist, name), { force: true });
  }
}

const sources = filesBelow(source).filter(
  (name) =>
    name.endsWith(".ts") &&
    !name.endsWith(".test.ts") &&
    !name.endsWith(".browser.ts") &&
    !PAGES.some((page) => name.startsWith(page)),
);
let compiler;
try {
  compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
} catch {
  if (existsSync(command)) process.exit(0);
  console.error("Building needs the development dependencies: run `npm ci --include=dev`.");
  process.exit(1);
}

/** @returns the compiler's exit code */
function compile() {
  const print = fingerprint(sources, compiler);
  if (fast && existsSync(command) && existsSync(stamp) && readFileSync(stamp, "utf8") === print) return 0;
  const { status } = spawnSync(
    process.execPath,
    [compiler, "-p", join(root, "tsconfig.json"), ...(fast ? ["--noCheck"] : [])],
    { stdio: "inherit" },
  );
  removeStale(sources);
  if (existsSync(command)) chmodSync(command, 0o755);
  if (status === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, print);
  }
  return status ?? 1;
}

const status = compile();
await buildPage(root, !fast);
await buildPlayground(root, !fast);
process.exit(status);
