import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { environmentWithoutSecrets } from "../../host/child-environment.ts";

/** Where Go is, and a build cache with the packages that every test needs; absent where there is no Go. */
export interface GoToolchain {
  readonly root: string | undefined;
  readonly cache: string | undefined;
}

const SECONDS = 300;
/** What the build cache is made with, and read with: nothing is fetched. */
export const GO_OPTIONS: Readonly<Record<string, string>> = {
  GOPROXY: "off",
  GOTOOLCHAIN: "local",
  GOFLAGS: "-buildvcs=false",
  CGO_ENABLED: "0",
};
const TEST = 'package aha\n\nimport "testing"\n\nfunc TestAha(t *testing.T) {}\n';

let toolchain: Promise<GoToolchain> | undefined;

/** Made once for this process, and gone with it. */
export function goToolchain(): Promise<GoToolchain> {
  // A failure of this machine's isn't kept.
  return (toolchain ??= prepared().catch((error: unknown) => {
    toolchain = undefined;
    throw error;
  }));
}

async function prepared(): Promise<GoToolchain> {
  let environment: NodeJS.ProcessEnv = { ...environmentWithoutSecrets(), ...GO_OPTIONS };
  const { status, stdout } = spawnSync("go", ["env", "GOROOT"], {
    encoding: "utf8",
    env: { ...environment },
    timeout: 1000 * SECONDS,
  });
  if (status !== 0) return { root: undefined, cache: undefined };
  const root = stdout.trim();
  const own = mkdtempSync(join(tmpdir(), "aha-go-"));
  process.on("exit", () => rmSync(own, { recursive: true, force: true }));
  const cache = join(own, "cache");
  writeFileSync(join(own, "go.mod"), "module aha\n");
  writeFileSync(join(own, "aha_test.go"), TEST);
  environment = { ...environment, GOCACHE: cache, GOPATH: join(own, "path") };
  const go = (...words: readonly string[]): Promise<unknown> =>
    promisify(execFile)(join(root, "bin", "go"), [...words], {
      cwd: own,
      env: { ...environment },
      timeout: 1000 * SECONDS,
    });
  try {
    await go("test", "-c", "-vet=off", "-o", join(own, "aha.test"), ".");
    await go("tool", "test2json", "-p", "aha", join(own, "aha.test"), "-test.v=test2json");
    return { root, cache };
  } catch {
    // Without it each run builds them itself.
    return { root, cache: undefined };
  }
}
