import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OptionError, RunError, show } from "../errors.ts";
import { boundChild } from "../host/bound-child.ts";
import { environmentWithoutSecrets } from "../host/child-environment.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { printableLine } from "../text/printable.ts";
import { speedOf, type StepSpeed } from "../training/step-speed.ts";
import type { ClockedStep } from "../training/step-speed-messages.ts";
import { CLOCK_MARK, trlClock } from "./trl-clock.ts";
import type { EngineConfig } from "./trl-config.ts";

export type PeerPrecision = "float32" | "bfloat16";

export interface TrlSpeedOptions {
  /** A recipe as `exportRecipe` wrote it for TRL; its config is changed. */
  readonly folder: string;
  /** The Python that has TRL. */
  readonly python: string;
  /** Of torch. */
  readonly threads: number;
  /** Completions that it computes gradients of at once. */
  readonly batch: number;
  /** Of the weights. */
  readonly precision: PeerPrecision;
  /** Where the recipe's rewards are served. */
  readonly rewardUrl: string;
  /** Completions of a step. */
  readonly rollouts: number;
  /** After which it is given up. */
  readonly seconds: number;
  readonly signal?: AbortSignal | undefined;
}

const CLOCK = "clock.py";
const MOST_LOG = 65_536;

/**
 * Makes the steps of a recipe with TRL and times them.
 *
 * @throws OptionError where that Python has no TRL; RunError where it does not come to its end; what the signal was
 *   aborted with
 */
export async function measureTrlSteps(options: TrlSpeedOptions): Promise<StepSpeed> {
  const { folder, python, threads, rewardUrl, rollouts } = options;
  await changeConfig(options);
  await writeFile(join(folder, CLOCK), trlClock());
  const environment = {
    ...environmentWithoutSecrets(),
    AHA_REWARD_URL: rewardUrl,
    OMP_NUM_THREADS: String(threads),
    TOKENIZERS_PARALLELISM: "false",
    PYTHONUNBUFFERED: "1",
  };
  const made: ClockedStep[] = [];
  let peak = 0;
  const lines = (line: string): void => {
    const told = clockLine(line);
    if (told === null) return;
    const tokens = told.meanLength * rollouts;
    const { seconds, rolloutSeconds } = told;
    // What isn't writing is the update: its rewards are a few milliseconds.
    made.push({ seconds, rolloutSeconds, updateSeconds: seconds - rolloutSeconds, tokens, trainedTokens: tokens });
    peak = Math.max(peak, told.peak);
  };
  await runPython([CLOCK, String(threads)], { ...options, python, environment, lines });
  if (made.length === 0) throw new RunError("Expected TRL to tell of its steps, got none.");
  return { ...speedOf(made), peakMegabytes: Math.round(peak / 2 ** 20) };
}

/** What the clock says of a step; null for any other line. */
export function clockLine(
  line: string,
): { seconds: number; rolloutSeconds: number; meanLength: number; peak: number } | null {
  if (!line.startsWith(CLOCK_MARK)) return null;
  const { value } = foreignJson(line.slice(CLOCK_MARK.length));
  const { seconds, rolloutSeconds, meanLength, peak } = (value ?? {}) as Record<string, unknown>;
  const told = [seconds, rolloutSeconds, meanLength, peak];
  if (!told.every((number) => typeof number === "number" && Number.isFinite(number) && number >= 0))
    throw new RunError(`Expected the clock in TRL to tell numbers, got ${show(line)}.`);
  const [first, second, third, fourth] = told as [number, number, number, number];
  return { seconds: first, rolloutSeconds: second, meanLength: third, peak: fourth };
}

/** No files of its own, micro-batches and precision as asked. */
async function changeConfig({ folder, batch, precision, rollouts }: TrlSpeedOptions): Promise<void> {
  const file = join(folder, "grpo.json");
  const { value } = foreignJson(await readFile(file, "utf8"));
  const recipe = value as { readonly config: EngineConfig };
  const atOnce = Number(recipe.config["per_device_train_batch_size"]);
  const accumulated = Number(recipe.config["gradient_accumulation_steps"]);
  const generations = Number(recipe.config["steps_per_generation"]) / accumulated;
  const minibatch = atOnce * accumulated;
  if (minibatch % batch !== 0)
    throw new OptionError(`Expected \`peerBatch\` to divide the ${minibatch} completions of an update, got ${batch}.`);
  const steps = minibatch / batch;
  const config = {
    ...recipe.config,
    per_device_train_batch_size: batch,
    gradient_accumulation_steps: steps,
    steps_per_generation: steps * generations,
    save_strategy: "no",
    log_completions: false,
    model_init_kwargs: { dtype: precision },
    ...(rollouts === minibatch ? {} : { logging_steps: generations }),
  };
  await writeFile(file, JSON.stringify({ ...recipe, config }));
}

interface PythonRun extends Pick<TrlSpeedOptions, "folder" | "python" | "seconds" | "signal"> {
  readonly environment: Readonly<Record<string, string>>;
  readonly lines: (line: string) => void;
}

/** Runs a program of the user's Python in the folder, and gives each line of its output. */
async function runPython(words: readonly string[], run: PythonRun): Promise<void> {
  const { folder, python, seconds, signal, environment, lines } = run;
  signal?.throwIfAborted();
  const child = spawn(python, [...words], {
    cwd: folder,
    env: { ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const bound = boundChild(child, { seconds, signal });
  let [line, log] = ["", ""];
  let mistake: unknown;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (line + text).split("\n");
    line = parts.pop()!.slice(0, MOST_LOG);
    try {
      parts.forEach(lines);
    } catch (error) {
      mistake = error;
      bound.end();
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-MOST_LOG)));
  const problem = await new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(`${show(python)} doesn't start: ${error.message}`));
    child.once("close", (code) => resolve(code === 0 ? null : lastLine(log)));
  });
  bound.release();
  signal?.throwIfAborted();
  if (mistake !== undefined) throw mistake;
  if (problem === null) return;
  if (/No module named|doesn't start/.test(problem))
    throw new OptionError(
      `Expected \`python\` to be a Python with TRL, got ${show(python)} (${printableLine(problem)}); make one with: python3 -m venv trl && trl/bin/pip install trl peft.`,
    );
  throw new RunError(`Expected TRL to make its steps, but it ended: ${printableLine(problem)}.`);
}

function lastLine(log: string): string {
  return log.trimEnd().split("\n").at(-1) ?? "nothing was said";
}
