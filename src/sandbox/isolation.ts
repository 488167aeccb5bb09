import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { OptionError } from "../errors.ts";
import type { CodeLanguage } from "../records/execution.ts";
import { childProgram } from "./child-program.ts";
import { findProgram } from "./find-program.ts";

/** Pages of WebAssembly memory: 128 MiB. */
const WASM_PAGES = 2048;
const HEAP_MEGABYTES = 256;
/** Of recursion; under the 8 MiB that Linux and macOS give a program's first thread. */
const STACK_KILOBYTES = 7000;
/** Where a program may be given more: what V8 hasn't optimised yet takes many times the stack. */
const DEEP_STACK = { kilobytes: 60_000, limit: ["--stack=67108864:"] } as const;
/** An own user, network, processes and mounts; ended with the process that it belongs to. */
const NAMESPACES = ["-rnpif", "--kill-child", "--mount-proc"] as const;

/** How a sandbox process is started. */
export interface ChildCommand {
  readonly file: string;
  readonly parameters: readonly string[];
  /** Addresses of the packages that it loads. */
  readonly modules: Readonly<Record<string, string>>;
}

let namespaces: boolean | undefined;
let deepStack: readonly string[] | undefined;

/** Whether this machine lets a process have user namespaces of its own. */
export function hasNamespaces(): boolean {
  namespaces ??= tryNamespaces();
  return namespaces;
}

function tryNamespaces(): boolean {
  const unshare = findProgram("unshare");
  if (process.platform !== "linux" || unshare === undefined) return false;
  return spawnSync(unshare, [...NAMESPACES, process.execPath, "--version"], { stdio: "ignore", env: {} }).status === 0;
}

/** What runs a program with a deeper stack; empty where nothing can. */
function deepened(): readonly string[] {
  deepStack ??= tryDeepStack();
  return deepStack;
}

function tryDeepStack(): readonly string[] {
  const prlimit = findProgram("prlimit");
  if (process.platform !== "linux" || prlimit === undefined) return [];
  const command = [prlimit, ...DEEP_STACK.limit];
  const tried = spawnSync(prlimit, [...DEEP_STACK.limit, process.execPath, "--version"], { stdio: "ignore", env: {} });
  return tried.status === 0 ? command : [];
}

/** @throws OptionError where programs can't be kept from the network and the other processes of this machine */
export function checkIsolation(unsafeSandbox: boolean): void {
  if (unsafeSandbox || hasNamespaces()) return;
  throw new OptionError(
    "Expected user namespaces (`unshare`), which keep the programs that are judged from this machine's network and processes, got none; judge on a Linux that has them, or set `unsafeSandbox` where nothing on this machine needs guarding.",
  );
}

export function childCommand(language: CodeLanguage, unsafeSandbox: boolean): ChildCommand {
  const { main, folder } = childProgram();
  const packages = packagesOf(language);
  const folders = [folder, ...Object.values(packages).map((place) => place.folder)];
  // Node 20 aborts at a path that is given twice.
  const readable = [...new Set(folders.flatMap(readableFolder))];
  const node = [
    permissionFlag(),
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--wasm-max-mem-pages=${WASM_PAGES}`,
    `--max-old-space-size=${HEAP_MEGABYTES}`,
    `--stack-size=${deepened().length > 0 ? DEEP_STACK.kilobytes : STACK_KILOBYTES}`,
    "--no-warnings",
    main,
  ];
  const addresses = Object.fromEntries(Object.entries(packages).map(([name, { entry }]) => [name, entry]));
  const inside = unsafeSandbox && !hasNamespaces() ? [] : [findProgram("unshare")!, ...NAMESPACES];
  const guard = findProgram("setpriv");
  // Ends with this process, even where that is killed.
  const bound = guard === undefined || process.platform !== "linux" ? [] : [guard, "--pdeathsig", "KILL"];
  const [file, ...parameters] = [...bound, ...deepened(), ...inside, process.execPath, ...node];
  return { file: file!, parameters, modules: addresses };
}

/** A folder's files, and the `package.json` by which Node knows that they are modules. */
function readableFolder(folder: string): string[] {
  const paths = [`${realpathSync(folder)}${sep}*`];
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    const manifest = join(above, "package.json");
    if (existsSync(manifest)) return [...paths, manifest];
  }
  return paths;
}

function permissionFlag(): string {
  const [major] = process.versions.node.split(".").map(Number);
  return process.allowedNodeEnvironmentFlags.has("--permission") || major! >= 24
    ? "--permission"
    : "--experimental-permission";
}

/** The packages of a language, each by the file that `require` would give of it. */
const PACKAGES: Readonly<Record<CodeLanguage, readonly string[]>> = {
  python: ["pyodide"],
  javascript: ["quickjs-emscripten-core", "@jitl/quickjs-wasmfile-release-sync", "@jitl/quickjs-ffi-types"],
};

interface PackagePlace {
  /** The address of its module. */
  readonly entry: string;
  readonly folder: string;
}

function packagesOf(language: CodeLanguage): Record<string, PackagePlace> {
  const { resolve } = createRequire(import.meta.url);
  return Object.fromEntries(
    PACKAGES[language].map((name) => {
      const required = realpathSync(resolve(name));
      const folder = `${required.slice(0, required.lastIndexOf(join("node_modules", name)))}${join("node_modules", name)}`;
      return [name, { entry: pathToFileURL(required.replace(/\.js$/, ".mjs")).href, folder }];
    }),
  );
}
