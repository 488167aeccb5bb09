import { lstat, mkdir, readlink, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { constants, homedir } from "node:os";
import { basename, dirname, isAbsolute, join } from "node:path";
import { EngineError, show } from "../errors.ts";
import { isFile } from "../host/is-file.ts";
import { sha256Of } from "../host/sha256.ts";
import { systemCode } from "../host/system-code.ts";
import { CUDA_VARIABLE, findCuda, PROVIDER_FILES, type CudaPlace } from "./cuda-place.ts";

/** What the provider of 1.30.0 needs of NVIDIA, in the order of loading, with the wheel that has it. */
const NEEDED = [
  ["libcudart.so.13", "nvidia-cuda-runtime"],
  ["libcublasLt.so.13", "nvidia-cublas"],
  ["libcublas.so.13", "nvidia-cublas"],
  ["libcurand.so.10", "nvidia-curand"],
] as const;
/** What it asks for by name when an operator needs it. */
const ASKED_LATER = ["libnvrtc.so.13", "libcudnn.so.9"];
const DRIVER = "libcuda.so.1";

const ORT_LIBRARY = "libonnxruntime.so.1";
/** Of glibc: a library stays, though whoever opened it closes it. Node doesn't name it. */
const RTLD_NODELETE = 0x1000;
const OTHERS_WRITE = 0o022;

type Environment = Readonly<Record<string, string | undefined>>;

interface OwnOrt {
  readonly version: string;
  /** The file that the npm package brings. */
  readonly library: string;
}

/**
 * Has ONNX Runtime find its CUDA provider, where AHA_CUDA names one: to be called before a thread of this process first
 * imports ONNX Runtime, whatever device it is for, as another thread may want CUDA later.
 *
 * Nothing is said where the provider can't be found: `loadCuda` does, when somebody asks for it.
 */
export async function linkCudaIfNamed(): Promise<void> {
  if ((process.env[CUDA_VARIABLE] ?? "") === "") return;
  try {
    await loadLinked(await cudaPlace());
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
  }
}

/**
 * Loads ONNX Runtime and what its CUDA provider needs of NVIDIA, from the folder that AHA_CUDA names: so the system
 * needs to know none of the places.
 *
 * ONNX Runtime looks for providers beside its own library, and that is npm's folder, where nothing is to be written. So
 * there is a folder of links to both, and the library is loaded by its link there.
 *
 * @throws EngineError where the provider isn't there or doesn't fit; where a library or the driver is missing
 */
export async function loadCuda(): Promise<void> {
  const place = await cudaPlace();
  await loadLinked(place);
  if (!isLinked())
    throw new EngineError(
      `Expected ONNX Runtime to be loaded with ${CUDA_VARIABLE} set, got one that this process loaded without; set ${CUDA_VARIABLE} before the process starts.`,
    );
  for (const [file, wheel] of NEEDED) {
    const problem = await loadFrom(place.libraries, file);
    if (problem !== undefined)
      throw new EngineError(
        `Expected ${file} in ${show(process.env[CUDA_VARIABLE])} or where the system looks, got none that loads (${show(problem)}); install ${wheel} there with pip.`,
      );
  }
  const driver = loadLibrary(DRIVER);
  if (driver !== undefined)
    throw new EngineError(
      `Expected NVIDIA's driver (${DRIVER}), got none that loads (${show(driver)}); install it, or use \`device\` webgpu or cpu.`,
    );
  for (const file of ASKED_LATER) await loadFrom(place.libraries, file);
}

/** What is missing in the folder that AHA_CUDA names, in one line; null where it has the provider. */
export async function cudaMissing(): Promise<string | null> {
  if ((process.env[CUDA_VARIABLE] ?? "") === "")
    return `${CUDA_VARIABLE} names no folder with ONNX Runtime's CUDA provider (docs/gpu.md)`;
  try {
    await cudaPlace();
    return null;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

/** Whether ONNX Runtime was loaded by its link; not where something loaded it in this process before. */
function isLinked(): boolean {
  // Otherwise the report asks for the names of all peers of the process.
  Object.assign(process.report, { excludeNetwork: true });
  const { sharedObjects } = process.report.getReport() as unknown as { readonly sharedObjects: readonly string[] };
  return !sharedObjects.includes(ownOrt().library);
}

function ownOrt(): OwnOrt {
  const require = createRequire(import.meta.url);
  const { version } = require("onnxruntime-node/package.json") as { readonly version: string };
  const folder = dirname(require.resolve("onnxruntime-node/package.json"));
  return { version, library: join(folder, "bin", "napi-v6", process.platform, process.arch, ORT_LIBRARY) };
}

function cudaPlace(): Promise<CudaPlace> {
  const { env: environment, platform, arch: architecture } = process;
  return findCuda({ environment, platform, architecture, version: ownOrt().version });
}

async function loadLinked({ provider }: CudaPlace): Promise<void> {
  const { library, version } = ownOrt();
  const targets = [library, ...PROVIDER_FILES.map((file) => join(provider, file))];
  const folder = join(cacheFolder(), `cuda-${version}-${sha256Of(targets.join("\n")).slice(0, 16)}`);
  await makeOwnFolder(folder);
  for (const target of targets) await linkTo(target, join(folder, basename(target)));
  const problem = loadLibrary(join(folder, ORT_LIBRARY));
  if (problem !== undefined) throw new EngineError(`ONNX Runtime doesn't load on this machine: ${problem}`);
}

/** The user's own folder for what can be made again. */
function cacheFolder(environment: Environment = process.env): string {
  const given = environment["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(given) ? given : join(homedir(), ".cache"), "aha");
}

/** @throws EngineError where it can't be made, or where others could put something into it */
async function makeOwnFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new EngineError(
      `Expected to make a folder for links to CUDA's libraries, got ${(error as Error).message}; name a place that can be written by XDG_CACHE_HOME.`,
      { cause: error },
    );
  }
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & OTHERS_WRITE) !== 0)
    throw new EngineError(
      `Expected ${show(folder)} to be a folder that this user alone can write, got another; remove it, or set XDG_CACHE_HOME.`,
    );
}

async function linkTo(target: string, path: string): Promise<void> {
  try {
    await symlink(target, path);
  } catch (error) {
    if (systemCode(error as Error) !== "EEXIST") throw error;
    const found = await readlink(path).catch(() => undefined);
    if (found !== target)
      throw new EngineError(
        `Expected ${show(path)} to be a link to ${show(target)}, got another thing; remove its folder.`,
      );
  }
}

/** Loads a library from the first of the folders that has it, else from where the system looks. */
async function loadFrom(folders: readonly string[], file: string): Promise<string | undefined> {
  for (const folder of folders) if (await isFile(join(folder, file))) return loadLibrary(join(folder, file));
  return loadLibrary(file);
}

/**
 * Loads a library into this process for good. What others need by its name they then find.
 *
 * @returns why it doesn't load; undefined where it does
 */
function loadLibrary(path: string): string | undefined {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    // Node takes a library for one of its own modules, and gives it up when it finds that it is none; it stays loaded.
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
  } catch (error) {
    const { message } = error as Error;
    return message.startsWith("Module did not self-register") ? undefined : message;
  }
  return undefined;
}
