import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { EngineError } from "../errors.ts";
import { engineEnvironment, findCuda, PROVIDER_FILES } from "./cuda-place.ts";

const VERSION = "1.30.0";
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A folder with files of such contents by path. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "aha-cuda-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

function provider(at: string, further: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    [...PROVIDER_FILES.map((file) => [file, ""]), ...Object.entries(further)].map(([file, content]) => [
      join(at, file!),
      content!,
    ]),
  );
}

function described(version: string, cuda?: string): Record<string, string> {
  const line = cuda === undefined ? "" : `cuda_version = '${cuda}'\n`;
  return { "build_and_package_info.py": `package_name = 'onnxruntime-gpu'\n__version__ = '${version}'\n${line}` };
}

function find(folder: string | undefined, host: object = {}): ReturnType<typeof findCuda> {
  return findCuda({
    environment: { AHA_CUDA: folder },
    platform: "linux",
    architecture: "x64",
    version: VERSION,
    ...host,
  });
}

describe("where CUDA's provider is found", () => {
  const wheel = "onnxruntime/capi";

  test("in a Python environment, with NVIDIA's wheels beside it", async () => {
    const packages = "lib/python3.12/site-packages";
    const files = { ...provider(join(packages, wheel), described(VERSION, "13.0")), "lib/python3.12/os.py": "" };
    const folder = folderOf({ ...files, [`${packages}/nvidia/cu13/lib/libcublas.so.13`]: "" });
    const place = await find(folder);
    expect(place.provider).toBe(join(folder, packages, wheel));
    expect(place.libraries).toContain(join(folder, packages, "nvidia/cu13/lib"));
  });

  test("in its site-packages", async () => {
    const folder = folderOf({ ...provider(wheel, described(VERSION)), "nvidia/cudnn/lib/libcudnn.so.9": "" });
    const place = await find(folder);
    expect(place.provider).toBe(join(folder, wheel));
    expect(place.libraries).toContain(join(folder, "nvidia/cudnn/lib"));
  });

  test("in an unpacked release, which says its version by the name of a library", async () => {
    const folder = folderOf(provider("lib", { [`libonnxruntime.so.${VERSION}`]: "" }));
    expect((await find(folder)).provider).toBe(join(folder, "lib"));
  });
});

describe("what doesn't fit is refused in one line", () => {
  test.each<[string, () => string | undefined, object, string]>([
    [
      "another machine",
      () => undefined,
      { platform: "win32" },
      "on Linux with an x64 processor, got win32 on x64; use",
    ],
    ["another processor", () => undefined, { architecture: "arm64" }, "got linux on arm64; use webgpu"],
    [
      "no folder",
      () => undefined,
      {},
      "Expected AHA_CUDA to name a folder with onnxruntime-gpu 1.30.0, got none; install",
    ],
    [
      "an empty name",
      () => "",
      {},
      "Expected AHA_CUDA to name a folder with onnxruntime-gpu 1.30.0, got none; install",
    ],
    ["a missing folder", () => "/no/such/folder", {}, 'got "/no/such/folder", which has none; install'],
    ["one library alone", () => folderOf({ [PROVIDER_FILES[1]]: "" }), {}, "which has none; install"],
    [
      "a folder in its place",
      () => folderOf({ [`${PROVIDER_FILES[0]}/x`]: "", [PROVIDER_FILES[1]]: "" }),
      {},
      "which has none",
    ],
    ["no version", () => folderOf(provider(".")), {}, "to say its version, got neither in"],
    ["another version", () => folderOf(provider(".", described("1.31.0"))), {}, 'ONNX Runtime, got "1.31.0" in'],
    [
      "another version by name",
      () => folderOf(provider("lib", { "libonnxruntime.so.1.29.1": "" })),
      {},
      'Expected onnxruntime-gpu 1.30.0, the version of this program\'s ONNX Runtime, got "1.29.1" in',
    ],
    [
      "another CUDA",
      () => folderOf(provider(".", described(VERSION, "12.8"))),
      {},
      'for CUDA 13, got one for CUDA "12.8" in',
    ],
    [
      "a version out of reach",
      () => folderOf(provider(".", { "build_and_package_info.py": `${"#".repeat(5000)}\n__version__ = '${VERSION}'` })),
      {},
      "to say its version, got neither in",
    ],
  ])("%s", async (_name, folder, host, message) => {
    const error = await find(folder(), host).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EngineError);
    expect((error as Error).message).toContain(message);
    expect((error as Error).message).not.toContain("\n");
  });
});

test("a thread of the engine is told the folder, and no key", () => {
  const environment = { PATH: "/bin", AHA_CUDA: "/cuda", XDG_CACHE_HOME: "/cache", HF_TOKEN: "s", HOME: "/home/me" };
  expect(engineEnvironment(environment)).toEqual({ PATH: "/bin", AHA_CUDA: "/cuda", XDG_CACHE_HOME: "/cache" });
  expect(engineEnvironment({ PATH: "/bin" })).toEqual({ PATH: "/bin" });
});
