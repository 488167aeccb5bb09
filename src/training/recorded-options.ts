import { isAhead } from "../algorithms/ahead/ahead-options.ts";
import { RUN } from "../algorithms/run-options.ts";
import { DATA } from "../data/data-options.ts";
import { optionsOf } from "../options/index.ts";
import { ENGINE } from "../policy/local/engine-options.ts";
import { tinkerAddress } from "../policy/tinker/tinker-address.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** The names under which a config keeps how data are read. */
export const DATA_FIELDS: readonly string[] = optionsOf(DATA).map(({ stored }) => stored);

const EACH_STEP = RUN.options.checkpointEvery.fallback;

/** The options that a run's config records as they are: those of a kind that the run has. */
export function recordedOptions(options: ZeroOptions): Partial<ZeroOptions> {
  const {
    base: _base,
    rewardModel: _rewardModel,
    system: _system,
    thinking: _thinking,
    schedule: _schedule,
    queue: _queue,
    samplers: _samplers,
    samplerPatience: _patience,
    ...rest
  } = options;
  return withoutEachStep(withoutPrecision(withoutDevice(withoutServer(withoutAhead(withoutData(withoutJobs(rest)))))));
}

/** A run of a task has no data, and its config no word of how they would be read. */
function withoutData<T extends { readonly data: string }>(options: T): Partial<T> {
  if (options.data !== "") return options;
  return Object.fromEntries(Object.entries(options).filter(([name]) => !DATA_FIELDS.includes(name))) as Partial<T>;
}

/** A run whose rollouts are written all at once has the config that it always had. */
function withoutJobs<T extends { readonly problemsPerJob: number }>({
  problemsPerJob,
  ...rest
}: T): Omit<T, "problemsPerJob"> {
  return problemsPerJob === 0 ? rest : { ...rest, problemsPerJob };
}

/** A run on this machine has the config that it always had; where a server run's tokenizer lies decides nothing. */
function withoutServer(options: Partial<ZeroOptions>): Partial<ZeroOptions> {
  const { engine = "", tokenizer: _place, enginePatience: _patience, ...rest } = options;
  return engine === "" ? rest : { ...rest, engine: tinkerAddress(engine).shown };
}

/** A run on the CPU has the config that it always had. */
export function withoutDevice<T extends { readonly device?: string }>({ device, ...rest }: T): Omit<T, "device"> {
  return device === ENGINE.options.device.fallback ? rest : { ...rest, device };
}

/** A run that computes in float32 throughout has the config that it always had. */
export function withoutPrecision<T extends { readonly basePrecision?: string; readonly rolloutPrecision?: string }>({
  basePrecision = "float32",
  rolloutPrecision = "float32",
  ...rest
}: T): Omit<T, "basePrecision" | "rolloutPrecision"> {
  return {
    ...rest,
    ...(basePrecision === "float32" ? {} : { basePrecision }),
    ...(rolloutPrecision === "float32" ? {} : { rolloutPrecision }),
  };
}

/** A run with a checkpoint behind every step has the config that it always had. */
export function withoutEachStep<T extends { readonly checkpointEvery?: string }>({
  checkpointEvery = EACH_STEP,
  ...rest
}: T): Omit<T, "checkpointEvery"> {
  return checkpointEvery === EACH_STEP ? rest : { ...rest, checkpointEvery };
}

/** A synchronous run has the config that it always had. */
function withoutAhead(options: Partial<ZeroOptions>): Partial<ZeroOptions> {
  const { open = 0, lag = 0, staleness = 0, ...rest } = options;
  if (!isAhead({ open, lag })) return rest;
  return { ...rest, ...(open > 0 ? { open, staleness } : { lag }) };
}
