import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * Brings dist/ up to date before the tests, for those that start the command line or a worker. Types are the business
 * of `npm run check`.
 */
export default function buildOnce(): void {
  const script = fileURLToPath(new URL("../scripts/build.mjs", import.meta.url));
  const { status } = spawnSync(process.execPath, [script, "--fast"], { stdio: "inherit" });
  if (status !== 0) throw new Error("The build failed; `npm run build` says why.");
}
