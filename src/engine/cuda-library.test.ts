import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PROVIDER_FILES } from "./cuda-place.ts";

const require = createRequire(import.meta.url);
const { version } = require("onnxruntime-node/package.json") as { readonly version: string };

test("the list of what the provider needs is that of this ONNX Runtime", () => {
  // Of another version, `readelf -d libonnxruntime_providers_cuda.so` says what belongs into NEEDED (cuda-library.ts)
  // and CUDA_MAJOR (cuda-place.ts).
  expect(version).toBe("1.30.0");
});

/** Only there can there be a provider. */
const fits = process.platform === "linux" && process.arch === "x64";

describe.skipIf(!fits)("loading, in a process of its own (Linux on x64)", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "aha-cuda-"));
    for (const file of PROVIDER_FILES) writeFileSync(join(folder, file), "");
    writeFileSync(join(folder, `libonnxruntime.so.${version}`), "");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What asking for CUDA says, after a program has run. */
  async function refusal(before = ""): Promise<string> {
    const at = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
    const program = `${before}
      const { engineFor } = await import(${at("./devices.ts")});
      const { engineInfo } = await import(${at("./engine-info.ts")});
      const info = await engineInfo();
      const said = await engineFor("cuda").then(() => "it works", (error) => error.message);
      process.stdout.write(JSON.stringify([info.version, said]));`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", pathToFileURL(require.resolve("tsx")).href, "--input-type=module", "-e", program],
      { env: { PATH: process.env["PATH"], AHA_CUDA: folder, XDG_CACHE_HOME: join(folder, "cache") } },
    );
    const [told, said] = JSON.parse(stdout) as [string, string];
    expect(told).toBe(version);
    expect(said).not.toContain("\n");
    return said;
  }

  test("a library that is missing is named with its wheel, and ONNX Runtime works by its link", async () => {
    expect(await refusal()).toMatch(/^Expected libcudart\.so\.13 in .*; install nvidia-cuda-runtime there with pip\.$/);
    const [links] = readdirSync(join(folder, "cache", "aha"));
    expect(readdirSync(join(folder, "cache", "aha", links!)).sort()).toEqual(
      ["libonnxruntime.so.1", ...PROVIDER_FILES].sort(),
    );
  });

  test("a library that is damaged says so", async () => {
    writeFileSync(join(folder, "libcudart.so.13"), "no library");
    expect(await refusal()).toContain("file too short");
  });

  test("an ONNX Runtime that was loaded before doesn't find its provider any more", async () => {
    expect(await refusal(`await import("onnxruntime-node");`)).toMatch(
      /^Expected ONNX Runtime to be loaded with AHA_CUDA set, .*; set AHA_CUDA before the process starts\.$/,
    );
  });

  test("links that lead elsewhere are refused, and other devices work", async () => {
    await refusal();
    const [links] = readdirSync(join(folder, "cache", "aha"));
    const path = join(folder, "cache", "aha", links!, PROVIDER_FILES[0]);
    rmSync(path);
    symlinkSync("/elsewhere.so", path);
    expect(await refusal()).toMatch(/^Expected ".*" to be a link to ".*", got another thing; remove its folder\.$/);
  });

  test("a folder that others can write is refused", async () => {
    await refusal();
    const [links] = readdirSync(join(folder, "cache", "aha"));
    rmSync(join(folder, "cache", "aha", links!), { recursive: true });
    mkdirSync(join(folder, "real"), { mode: 0o777 });
    symlinkSync(join(folder, "real"), join(folder, "cache", "aha", links!));
    expect(await refusal()).toMatch(/to be a folder that this user alone can write/);
  });
});
