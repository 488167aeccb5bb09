/**
 * Bundles the page that trains in a tab (src/playground) into dist/playground, if something changed. A module `x.ts`
 * with an `x.browser.ts` beside it is that one there; a `node:` module that is reached all the same fails the build.
 *
 * Plain JavaScript, because `npm ci` runs it before anything is built.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { filesBelow } from "./files-below.mjs";
import { thirdPartyNotices } from "./third-party.mjs";

/** The files of a model that a tab reads. */
const MODEL_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
const MODELS = ["countdown-base", "countdown-small-base", "countdown-no-retries-base"];
/** What `aha reproduce all` measured, and the claims of it that the page shows. */
const CLAIMS_FILE = join("docs", "claims", "claims.json");
const CLAIMS = ["pipeline", "distil", "language", "prompts", "voting"];

/** The pages: the one that trains, and the dashboard that it shows in a frame. */
const PAGES = ["index.html", "dashboard.html"];

/** Changes when a source file, a model, the lock file or this script changes. */
function fingerprint(root) {
  const hash = createHash("sha256");
  const sources = filesBelow(join(root, "src"))
    .filter((name) => !name.endsWith(".test.ts"))
    .map((name) => join("src", name));
  const models = MODELS.flatMap((model) => MODEL_FILES.map((file) => join("models", model, file)));
  for (const name of [...sources, ...models, CLAIMS_FILE, "package-lock.json", "scripts/build-playground.mjs"])
    hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  return hash.digest("hex");
}

/** Takes the browser's half of a module where there is one, and refuses what isn't there in a browser. */
export function browserHalves() {
  return {
    name: "browser-halves",
    enforce: "pre",
    async resolveId(id, importer, options) {
      if (id.startsWith("node:")) this.error(`${importer} imports ${id}, which isn't there in a browser.`);
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      if (found === null || !found.id.endsWith(".ts") || found.id.endsWith(".browser.ts")) return found;
      const half = found.id.replace(/\.ts$/, ".browser.ts");
      return existsSync(half) ? half : found;
    },
  };
}

/** Notes the modules that a page or a worker of it is made of. */
function collected(modules) {
  return {
    name: "collected-modules",
    generateBundle(_options, bundle) {
      for (const { modules: held = {} } of Object.values(bundle)) for (const id of Object.keys(held)) modules.add(id);
    },
  };
}

/**
 * @param root the project's folder
 * @param always also where nothing changed
 */
export async function buildPlayground(root, always) {
  const target = join(root, "dist", "playground");
  const stamp = join(root, "dist", ".playground-built");
  const print = fingerprint(root);
  if (!always && existsSync(join(target, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === print)
    return;
  const { build } = await import("vite");
  const modules = new Set();
  await build({
    root: join(root, "src", "playground"),
    configFile: false,
    logLevel: "warn",
    // Relative, as any host may show the page below any path.
    base: "./",
    plugins: [browserHalves(), collected(modules)],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    resolve: { conditions: ["onnxruntime-web-use-extern-wasm", "browser", "module", "import", "default"] },
    worker: { format: "es", plugins: () => [browserHalves(), collected(modules)] },
    build: {
      rollupOptions: { input: PAGES.map((name) => join(root, "src", "playground", name)) },
      outDir: target,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
  copyEngine(root, target);
  for (const model of MODELS) copyModel(root, target, model);
  copyRecordings(root, target);
  writeFileSync(join(target, "THIRD-PARTY.txt"), thirdPartyNotices([...modules]));
  await buildServiceWorker(root, target, build);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
}

/** Last of all: it knows each file that was built by its digest. Its own name never changes. */
async function buildServiceWorker(root, target, build) {
  const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
  const names = filesBelow(target).map((name) => name.replaceAll("\\", "/"));
  const files = Object.fromEntries(names.sort().map((name) => [name, sha256(readFileSync(join(target, name)))]));
  const digest = sha256(JSON.stringify(files));
  await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    plugins: [browserHalves()],
    define: { OFFLINE_FILES: JSON.stringify({ digest, files }) },
    build: {
      lib: {
        entry: join(root, "src", "playground", "offline", "service-worker.ts"),
        formats: ["iife"],
        name: "ahaOffline",
        fileName: () => "service-worker.js",
      },
      outDir: target,
      emptyOutDir: false,
      target: "es2022",
      reportCompressedSize: false,
    },
  });
}

function copyEngine(root, target) {
  const require = createRequire(join(root, "package.json"));
  const folder = join(target, "engine");
  mkdirSync(folder, { recursive: true });
  for (const name of ["ort-wasm-simd-threaded.wasm", "ort-wasm-simd-threaded.mjs"])
    copyFileSync(require.resolve(`onnxruntime-web/${name}`), join(folder, name));
  copyFileSync(require.resolve("sql.js/dist/sql-wasm-browser.wasm"), join(folder, "sqlite.wasm"));
}

function copyModel(root, target, model) {
  const folder = join(target, "models", model);
  mkdirSync(folder, { recursive: true });
  for (const file of MODEL_FILES) copyFileSync(join(root, "models", model, file), join(folder, file));
}

/** Recordings of runs, and of the claims what the page shows beside them. */
function copyRecordings(root, target) {
  const from = join(root, "src", "playground", "recordings");
  const folder = join(target, "recordings");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(from).filter((file) => file.endsWith(".json")))
    copyFileSync(join(from, name), join(folder, name));
  const { results } = JSON.parse(readFileSync(join(root, CLAIMS_FILE), "utf8"));
  const shown = CLAIMS.map((name) => results.find(({ claim }) => claim === name)).map(
    ({ claim, conclusion, command, seeds, measures, tables, figures }) => [
      claim,
      { claim, conclusion, command, seeds, measures, tables, figures },
    ],
  );
  writeFileSync(join(folder, "claims.json"), JSON.stringify(Object.fromEntries(shown)));
}
