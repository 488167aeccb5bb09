/**
 * Packs what run.sh needs on a machine without network and Node: this checkout compiled, the npm packages that it runs
 * on, Node itself and the loader of Vulkan. Linux on x64.
 *
 *   npx tsx scripts/gpu-check/pack.ts [--out .gpu-check] [--before REVISION]
 *   npx tsx scripts/gpu-check/pack.ts --cuda 90|all
 *   npx tsx scripts/gpu-check/pack.ts --weights FILE.gguf
 *
 * --before adds an older checkout, compiled, for the section that compares with it. The other two make parts that go
 * beside the pack (README.md): --cuda fetches ONNX Runtime's CUDA provider by pip, for GPUs of one architecture (90:
 * H100 and H200) or all, and --weights takes a model for the plan `real`.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { keepArchitecture } from "./keep-architecture.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const here = join(root, "scripts", "gpu-check");
const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(root, ".gpu-check") },
    before: { type: "string" },
    cuda: { type: "string" },
    weights: { type: "string" },
  },
});
/** Of one part, so that it goes through where little more is let through at once. */
const PART_BYTES = 45 * 2 ** 20;
/** Packages and folders of packages that no section needs. */
const LEFT_OUT =
  /node_modules\/(pyodide|@libsql\/linux-x64-musl)(\/|$)|onnxruntime-node\/bin\/napi-v6\/(?!linux(\/x64|$))|\.(d\.[cm]?ts|map|md)$/;

const out = resolve(values.out);
const stage = mkdtempSync(join(tmpdir(), "aha-gpu-pack-"));
try {
  if (values.cuda !== undefined) packCuda(values.cuda);
  if (values.weights !== undefined) cut(resolve(values.weights), "weights.gguf");
  if (values.cuda === undefined && values.weights === undefined) packAll();
} finally {
  rmSync(stage, { recursive: true, force: true });
  rmSync(join(out, "app.tar"), { force: true });
}
for (const folder of ["pack", "parts"].map((name) => join(out, name)).filter((path) => existsSync(path))) {
  for (const name of readdirSync(folder))
    console.log(
      `${join(relative(process.cwd(), folder), name)}  ${(statSync(join(folder, name)).size / 2 ** 20).toFixed(1)} MiB`,
    );
}

function packAll(): void {
  mkdirSync(join(out, "pack"), { recursive: true });
  packProject();
  packLoader();
  const before = values.before === undefined ? "" : packBefore(values.before);
  run("tar", ["-C", stage, "-cf", join(out, "app.tar"), ...readdirSync(stage)]);
  compress(join(out, "app.tar"), join(out, "pack", "app.tar.xz"));
  compress(process.execPath, join(out, "pack", "node.xz"));
  cpSync(join(here, "run.sh"), join(out, "pack", "run.sh"));
  writeFileSync(join(out, "pack", "commits"), `${revision("HEAD")} ${before}\n`);
}

/** app/: this checkout, compiled; node_modules/ beside it. */
function packProject(): void {
  const app = join(stage, "app");
  tsc(["-p", join(here, "tsconfig.json"), "--outDir", app]);
  // What starts the program by its path looks for it where a build has it.
  symlinkSync("src", join(app, "dist"));
  for (const name of [
    "package.json",
    "models/countdown-base",
    "scripts/bench-against.mjs",
    "scripts/gpu-check/torch_bench.py",
  ])
    cpSync(join(root, name), join(app, name), { recursive: true });
  for (const path of installedPackages()) {
    const target = join(stage, path.slice(path.indexOf("/node_modules/")));
    cpSync(path, target, { recursive: true, filter: (source) => !LEFT_OUT.test(source) });
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The folders of all packages that this one runs on; those for other platforms aren't installed. */
function installedPackages(): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (folder: string): void => {
    const { dependencies = {}, optionalDependencies = {} } = manifestOf(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const places = [join(folder, "node_modules", name), join(root, "node_modules", name)];
      const place = places.find((path) => existsSync(path));
      if (place === undefined || found.has(place) || LEFT_OUT.test(place)) continue;
      found.add(place);
      add(place);
    }
  };
  add(root);
  if (found.size === 0) throw new Error("Expected the packages to be installed; run `npm ci` first.");
  return found;
}

/** lib/: libvulkan.so.1 of Debian's package. */
function packLoader(): void {
  const folder = mkdtempSync(join(tmpdir(), "aha-gpu-deb-"));
  try {
    run("apt-get", ["download", "libvulkan1"], folder);
    run("dpkg-deb", ["-x", readdirSync(folder).find((name) => name.endsWith(".deb"))!, "unpacked"], folder);
    const libraries = join(folder, "unpacked", "usr", "lib", "x86_64-linux-gnu");
    mkdirSync(join(stage, "lib"));
    cpSync(join(libraries, "libvulkan.so.1"), join(stage, "lib", "libvulkan.so.1"), { dereference: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** before/: an older checkout, compiled. @returns its commit */
function packBefore(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "aha-gpu-before-"));
  try {
    run("sh", ["-c", 'git -C "$1" archive "$2" | tar -x -C "$3"', "sh", root, name, folder]);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    tsc([
      "-p",
      folder,
      "--noCheck",
      "--declaration",
      "false",
      "--sourceMap",
      "false",
      "--inlineSources",
      "false",
      "--outDir",
      join(stage, "before", "dist"),
    ]);
    cpSync(join(folder, "package.json"), join(stage, "before", "package.json"));
    cpSync(join(folder, "models", "countdown-base"), join(stage, "before", "models", "countdown-base"), {
      recursive: true,
    });
    return revision(name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The CUDA provider of the very version that the npm package has. @param kept an architecture, or `all` */
function packCuda(kept: string): void {
  const folder = mkdtempSync(join(tmpdir(), "aha-gpu-cuda-"));
  try {
    const platforms = [28, 27, 17].flatMap((minor) => ["--platform", `manylinux_2_${minor}_x86_64`]);
    const wanted = `onnxruntime-gpu==${manifestOf(root).dependencies?.["onnxruntime-node"]}`;
    const binary = ["--no-deps", "--only-binary=:all:", "--python-version", "3.12", ...platforms];
    run("python3", ["-m", "pip", "download", "-q", ...binary, "-d", folder, wanted]);
    const wheel = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(".whl"))!,
    );
    const libraries = ["cuda", "shared"].map((name) => `libonnxruntime_providers_${name}.so`);
    // By the last of these the engine tells the provider's version.
    const files = [...libraries, "build_and_package_info.py"];
    run("unzip", ["-qj", wheel, ...files.map((name) => `onnxruntime/capi/${name}`), "-d", folder]);
    if (kept !== "all") {
      const path = join(folder, libraries[0]!);
      const library = readFileSync(path);
      console.log(`${libraries[0]}: ${JSON.stringify(keepArchitecture(library, Number(kept)))} bytes of code`);
      writeFileSync(path, library);
    }
    run("tar", ["-C", folder, "-cf", join(folder, "cuda.tar"), ...files]);
    compress(join(folder, "cuda.tar"), join(folder, "cuda.tar.xz"));
    cut(join(folder, "cuda.tar.xz"), "cuda.tar.xz");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** parts/NAME.01 and so on, with the sum of the whole beside them. */
function cut(path: string, name: string): void {
  const parts = join(out, "parts");
  mkdirSync(parts, { recursive: true });
  for (const old of readdirSync(parts).filter((one) => one.startsWith(`${name}.`))) rmSync(join(parts, old));
  const whole = readFileSync(path);
  for (let at = 0, part = 1; at < whole.length; at += PART_BYTES, part++)
    writeFileSync(join(parts, `${name}.${String(part).padStart(2, "0")}`), whole.subarray(at, at + PART_BYTES));
  writeFileSync(join(parts, `${name}.sha256`), `${createHash("sha256").update(whole).digest("hex")}\n`);
}

function compress(path: string, target: string): void {
  // A quick one is for a try on this machine.
  const level = process.env["QUICK"] === "1" ? "-1" : "-6";
  run("sh", ["-c", 'xz "$3" -T1 -c "$1" > "$2"', "sh", path, target, level]);
  console.log(`${basename(target)} is packed`);
}

function tsc(words: readonly string[]): void {
  run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), ...words]);
}

function revision(name: string): string {
  return run("git", ["-C", root, "rev-parse", "--short", name]).trim();
}

function run(command: string, words: readonly string[], cwd: string = root): string {
  const { status, stdout, error } = spawnSync(command, words, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0)
    throw new Error(`Expected ${command} ${words.slice(0, 3).join(" ")} to end well, got ${error?.message ?? status}.`);
  return stdout;
}
