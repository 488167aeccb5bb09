/**
 * Bundles the dashboard's page (src/dashboard/ui) into dist/dashboard/ui, if something changed.
 *
 * Plain JavaScript, because `npm ci` runs it before anything is built.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { filesBelow } from "./files-below.mjs";
import { thirdPartyNotices } from "./third-party.mjs";

/** Below src/: everything that may end up in the bundle. */
const PARTS = ["dashboard/ui", "dashboard/text", "figures", "draw", "text", "numbers"];

/** Changes when a source file of the page, the lock file or this script changes. */
function fingerprint(root) {
  const hash = createHash("sha256");
  const parts = PARTS.flatMap((part) => filesBelow(join(root, "src", part)).map((name) => join("src", part, name)));
  for (const name of [...parts, "package-lock.json", "scripts/build-page.mjs", "scripts/third-party.mjs"]) {
    hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  }
  return hash.digest("hex");
}

/**
 * @param root the project's folder
 * @param always also where nothing changed
 */
export async function buildPage(root, always) {
  const target = join(root, "dist", "dashboard", "ui");
  const stamp = join(root, "dist", ".page-built");
  const print = fingerprint(root);
  if (!always && existsSync(join(target, "index.html")) && existsSync(stamp) && readFileSync(stamp, "utf8") === print)
    return;

  const { build } = await import("vite");
  const bundle = await build({
    root: join(root, "src", "dashboard", "ui"),
    configFile: false,
    logLevel: "warn",
    // Relative, as a proxy may show the page below any path.
    base: "./",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      outDir: target,
      emptyOutDir: true,
      target: "es2022",
      // The content-security-policy forbids inline scripts and styles; every asset is a file of its own.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
  const modules = [bundle]
    .flat()
    .flatMap(({ output }) => output.flatMap(({ type, modules: held }) => (type === "chunk" ? Object.keys(held) : [])));
  writeFileSync(join(target, "THIRD-PARTY.txt"), thirdPartyNotices(modules));
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, print);
}
