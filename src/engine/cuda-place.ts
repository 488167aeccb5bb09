import { open, readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { EngineError, show } from "../errors.ts";
import { childEnvironment } from "../host/child-environment.ts";
import { isFile } from "../host/is-file.ts";

/** Names the folder that CUDA's provider is taken from. */
export const CUDA_VARIABLE = "AHA_CUDA";

/** The libraries of ONNX Runtime's provider for CUDA, which lie in one folder. */
export const PROVIDER_FILES = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"] as const;

/** Which CUDA the wheels of PyPI are built for. */
const CUDA_MAJOR = "13";
/** What of a wheel's own description is read at most, bytes. */
const DESCRIPTION_BYTES = 4096;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A machine, as far as it decides whether there can be CUDA, and the version of ONNX Runtime that is to be extended.
 */
export interface CudaHost {
  readonly environment: Environment;
  readonly platform: string;
  readonly architecture: string;
  readonly version: string;
}

/** Where CUDA's provider lies, and where the libraries may lie that it needs. */
export interface CudaPlace {
  readonly provider: string;
  readonly libraries: readonly string[];
}

/** The environment of a thread that puts an engine to work. */
export function engineEnvironment(environment: Environment = process.env): Record<string, string> {
  const named = [CUDA_VARIABLE, "XDG_CACHE_HOME"].map((name) => [name, environment[name] ?? ""] as const);
  return { ...childEnvironment(environment), ...Object.fromEntries(named.filter(([, value]) => value !== "")) };
}

/** How the wheels are had. */
export function installHint(version: string): string {
  return `install it into a Python environment with pip install "onnxruntime-gpu[cuda,cudnn]==${version}", and set ${CUDA_VARIABLE} to that environment's folder`;
}

/**
 * Finds the provider in the folder that AHA_CUDA names: a Python environment, its site-packages, or a folder with the
 * libraries themselves. Nothing of it is loaded.
 *
 * @throws EngineError where there is none, or one that doesn't fit
 */
export async function findCuda({ environment, platform, architecture, version }: CudaHost): Promise<CudaPlace> {
  if (platform !== "linux" || architecture !== "x64")
    throw new EngineError(
      `Expected \`device\` cuda on Linux with an x64 processor, got ${platform} on ${architecture}; use webgpu, which needs nothing but the GPU's driver.`,
    );
  const given = environment[CUDA_VARIABLE] ?? "";
  if (given === "")
    throw new EngineError(
      `Expected ${CUDA_VARIABLE} to name a folder with onnxruntime-gpu ${version}, got none; ${installHint(version)}.`,
    );
  const folder = resolve(given);
  for (const provider of await candidates(folder)) {
    if (!(await hasProvider(provider))) continue;
    await checkVersion(provider, version);
    return { provider, libraries: await libraryFolders(folder, provider) };
  }
  throw new EngineError(
    `Expected ${CUDA_VARIABLE} to name a folder with ${PROVIDER_FILES[1]} of onnxruntime-gpu ${version}, got ${show(given)}, which has none; ${installHint(version)}.`,
  );
}

/** Where the provider may lie: in the folder, an unpacked release, a wheel, an environment. */
async function candidates(folder: string): Promise<string[]> {
  const pythons = (await entries(join(folder, "lib"))).filter((name) => name.startsWith("python3"));
  const packages = pythons.map((name) => join(folder, "lib", name, "site-packages"));
  return [folder, join(folder, "lib"), ...[folder, ...packages].map(wheelFolder)];
}

function wheelFolder(packages: string): string {
  return join(packages, "onnxruntime", "capi");
}

async function hasProvider(folder: string): Promise<boolean> {
  for (const file of PROVIDER_FILES) if (!(await isFile(join(folder, file)))) return false;
  return true;
}

/** NVIDIA's wheels have their libraries in `nvidia/NAME/lib` beside the package of the provider. */
async function libraryFolders(folder: string, provider: string): Promise<string[]> {
  const packages = dirname(dirname(provider));
  const nvidia = [provider === wheelFolder(packages) ? packages : folder, folder].map((place) => join(place, "nvidia"));
  const wheels: string[] = [];
  for (const place of new Set(nvidia)) for (const name of await entries(place)) wheels.push(join(place, name, "lib"));
  return [provider, ...wheels, folder, join(folder, "lib"), join(folder, "lib64")];
}

/** The names of what is in a folder, sorted; none where it can't be read, which is then missing by name. */
async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));
}

/**
 * A provider of another version reads ONNX Runtime's memory wrongly, and nothing in ONNX Runtime checks it.
 *
 * @throws EngineError where it isn't that version, is built for another CUDA, or can't be told
 */
async function checkVersion(provider: string, version: string): Promise<void> {
  const { found, cuda } = await describedVersion(provider);
  if (found === undefined)
    throw new EngineError(
      `Expected build_and_package_info.py or libonnxruntime.so.${version} beside ${PROVIDER_FILES[1]} to say its version, got neither in ${show(provider)}; ${installHint(version)}.`,
    );
  if (found !== version)
    throw new EngineError(
      `Expected onnxruntime-gpu ${version}, the version of this program's ONNX Runtime, got ${show(found)} in ${show(provider)}; ${installHint(version)}.`,
    );
  if (cuda !== undefined && !cuda.startsWith(`${CUDA_MAJOR}.`))
    throw new EngineError(
      `Expected onnxruntime-gpu for CUDA ${CUDA_MAJOR}, got one for CUDA ${show(cuda)} in ${show(provider)}; ${installHint(version)}.`,
    );
}

interface DescribedVersion {
  readonly found?: string | undefined;
  /** Absent where nothing says it. */
  readonly cuda?: string | undefined;
}

async function describedVersion(provider: string): Promise<DescribedVersion> {
  const description = await firstBytes(join(provider, "build_and_package_info.py"));
  const found = /^__version__ = '([^'\n]*)'/m.exec(description)?.[1];
  if (found !== undefined) return { found, cuda: /^cuda_version = '([^'\n]*)'/m.exec(description)?.[1] };
  const libraries = (await entries(provider)).map((name) => /^libonnxruntime\.so\.(\d+\.\d+\.\d+)$/.exec(name)?.[1]);
  return { found: libraries.find((name) => name !== undefined) };
}

/** The begin of a small file as text; nothing where there is no such file. */
async function firstBytes(path: string): Promise<string> {
  if (!(await isFile(path))) return "";
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(DESCRIPTION_BYTES), 0, DESCRIPTION_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
