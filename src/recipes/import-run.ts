import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { OptionError, RunError, show } from "../errors.ts";
import type { Problem } from "../records/problem.ts";
import type { RecordedStep } from "../records/metrics.ts";
import type { RunConfig } from "../records/run-event.ts";
import { createRunStore } from "../store/index.ts";
import { STORE_FILES } from "../store/run-files.ts";
import { taskOfRun } from "../store/run-task.ts";
import type { Task } from "../tasks/index.ts";
import { problemsById } from "../tasks/problems-by-id.ts";
import { shellWord } from "../text/shell-word.ts";
import { extractor, EXTRACTOR_NAMES } from "../verifiers/index.ts";
import { readRow, type ForeignRollout } from "./foreign-rollout.ts";
import { importStep, type ImportContext } from "./imported-step.ts";
import { readTrlLog, readTrlStep, type LoggedStep } from "./read-trl.ts";
import { readVerlStep } from "./read-verl.ts";
import { readManifest, type RecipeManifest } from "./recipe-manifest.ts";
import { ENGINE_FACTS, type RecipeEngine } from "./recipe-rules.ts";
import { FACTS_FIELD } from "./recipe-rows.ts";

/** Missing steps that are named. */
const MOST_SHOWN_STEPS = 10;

/** What was read back. */
export interface ImportSummary {
  readonly run: string;
  readonly engine: string;
  readonly steps: number;
  readonly rollouts: number;
  /** What the engine's record doesn't say, in words. */
  readonly absent: readonly string[];
}

/** How an engine keeps what it sampled. */
interface EngineRecord {
  /** Below `run/` of the exported folder. */
  readonly folder: string;
  /** Names of its files; the first group is the number of the optimizer step, or of the step. */
  readonly file: RegExp;
  /** Whether that number counts optimizer steps. */
  readonly byUpdate: boolean;
  read(path: string, file: number): Promise<ForeignRollout[]>;
  log(folder: string): Promise<LoggedStep[]>;
}

const RECORDS: Readonly<Partial<Record<RecipeEngine, EngineRecord>>> = {
  trl: {
    folder: "completions",
    file: /^completions_(\d{1,9})\.parquet$/,
    byUpdate: true,
    read: readTrlStep,
    log: readTrlLog,
  },
  verl: {
    folder: "rollouts",
    file: /^(\d{1,9})\.jsonl$/,
    byUpdate: false,
    read: readVerlStep,
    log: () => Promise.resolve([]),
  },
};

/**
 * Reads what TRL or verl recorded while it trained an exported recipe into a new run, which page, report and
 * comparison read as any other. What the engine doesn't record (log-probabilities, say) is absent there.
 *
 * @param folder as `exportRecipe` wrote it, with the engine's `run/` in it
 * @param run a folder without a run
 * @throws RunError, OptionError for a folder that is none, was changed by hand, or holds nothing or damage
 */
export async function importRun(folder: string, run: string): Promise<ImportSummary> {
  const manifest = await readManifest(folder);
  const { name } = ENGINE_FACTS[manifest.engine];
  const record = RECORDS[manifest.engine];
  if (record === undefined)
    throw new OptionError(`Expected a recipe for TRL or verl, got one for ${name}, whose traces are not read back.`);
  const files = await stepFiles(folder, record, manifest.updates);
  const config = configOf(manifest);
  const context = await contextOf(folder, manifest, config);
  const logged = await record.log(join(folder, "run"));
  const store = createRunStore(run, config);
  try {
    store.recordState("started", manifest.baseName);
    let rollouts = 0;
    for (const { step, path, number } of files) {
      const read = await record.read(path, number);
      if (read.length === 0) throw new RunError(`Expected completions in ${show(path)}, got none; remove the file.`);
      const of = logged.filter((row) => Math.ceil(row.step / manifest.updates) === step);
      const imported = importStep({ step, rollouts: read, logged: of }, context);
      rollouts += imported.rollouts.length;
      store.recordStep(step, imported.metrics, imported.rollouts);
    }
    const last = store.metrics(store.lastStep() - 1)[0]!;
    const isWhole = last.step >= Number(manifest.options["steps"]);
    store.recordState(
      isWhole ? "finished" : "interrupted",
      isWhole ? `trained by ${config["imported"] as string}` : "",
    );
    store.close();
    return { run, engine: name, steps: files.length, rollouts, absent: [...missingSteps(files), ...absentOf(last)] };
  } catch (error) {
    store.close();
    for (const file of STORE_FILES) await rm(join(run, file), { force: true });
    await rmdir(run).catch(() => undefined);
    throw error;
  }
}

function absentOf({ loss, seconds, completionTokens }: RecordedStep): string[] {
  return [
    "the log-probabilities of tokens",
    ...(completionTokens === null ? ["tokens and their number"] : []),
    ...(loss === null ? ["what its updates did"] : []),
    ...(seconds === null ? ["times"] : []),
  ];
}

/** The file of a step, and its number. */
interface StepFile {
  readonly number: number;
  readonly step: number;
  readonly path: string;
}

/** Steps before the last that left no file. */
function missingSteps(files: readonly StepFile[]): string[] {
  const missing: number[] = [];
  let next = 1;
  for (const { step } of files) {
    for (; next < step && missing.length <= MOST_SHOWN_STEPS; next++) missing.push(next);
    next = step + 1;
  }
  if (missing.length === 0) return [];
  const more = missing.length > MOST_SHOWN_STEPS ? " and more" : "";
  return [`step ${missing.slice(0, MOST_SHOWN_STEPS).join(", ")}${more}`];
}

/** The files of steps in their order: the first of each, where several updates have the same completions. */
async function stepFiles(
  folder: string,
  { folder: inRun, file, byUpdate }: EngineRecord,
  updates: number,
): Promise<StepFile[]> {
  const place = join(folder, "run", inRun);
  const names = await readdir(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const numbered = names.flatMap((name) => {
    const number = Number(file.exec(name)?.[1] ?? 0);
    if (number < 1) return [];
    return [{ number, step: byUpdate ? Math.ceil(number / updates) : number, path: join(place, name) }];
  });
  const first = new Map<number, StepFile>();
  for (const one of numbered.sort((a, b) => a.number - b.number)) if (!first.has(one.step)) first.set(one.step, one);
  if (first.size > 0) return [...first.values()];
  throw new RunError(
    `Expected completions in ${show(place)}, got none; train first, as ${shellWord(join(folder, "README.md"))} says.`,
  );
}

/** The config of the run: that of the recipe, and who trained it. */
function configOf({ engine, engineVersion, options, template, baseSha256 }: RecipeManifest): RunConfig {
  const { kind: _kind, ...rest } = options;
  return { ...rest, kind: "zero", template, baseSha256, imported: `${ENGINE_FACTS[engine].name} ${engineVersion}` };
}

const FACTS = v.object({
  problem: v.string(),
  difficulty: v.pipe(v.number(), v.finite()),
  language: v.optional(v.string()),
});

async function contextOf(
  folder: string,
  { engine, options, updates }: RecipeManifest,
  config: RunConfig,
): Promise<ImportContext> {
  const own = taskOfRun(config);
  const problems = own === null ? await exportedProblems(folder, engine) : problemsById(own);
  const groupSize = Number(options["groupSize"]);
  if (!Number.isSafeInteger(groupSize) || groupSize < 1)
    throw new RunError(`Expected \`groupSize\` of the recipe to be a number, got ${show(options["groupSize"])}.`);
  return {
    task: own ?? readTask(options),
    groupSize,
    updates,
    problem(id) {
      const found = problems.get(id);
      if (found !== undefined) return found;
      throw new RunError(`Expected problems of the recipe in ${show(folder)}, got ${show(id)}; export it again.`);
    },
  };
}

/** The problems of a task that isn't the package's, as far as the exported rows tell. */
async function exportedProblems(folder: string, engine: RecipeEngine): Promise<ReadonlyMap<string, Problem>> {
  const field = FACTS_FIELD[engine];
  const schema =
    field === null
      ? FACTS
      : v.pipe(
          v.object({ [field]: FACTS }),
          v.transform((row) => row[field]!),
        );
  const problems = new Map<string, Problem>();
  const lines = (await readFile(join(folder, "train.jsonl"), "utf8")).split("\n");
  for (const [index, line] of lines.entries()) {
    if (line === "") continue;
    const { problem: id, ...facts } = readRow(schema, line, `line ${index + 1} of train.jsonl`);
    problems.set(id, unnamed(id, facts));
  }
  return problems;
}

function unnamed(id: string, facts: { readonly difficulty: number; readonly language?: string | undefined }): Problem {
  const { difficulty, language } = facts;
  return {
    id,
    split: "train",
    question: "",
    compactQuestion: "",
    difficulty,
    data: null,
    ...(language === undefined ? {} : { language }),
  };
}

/**
 * How completions are read where the task isn't the package's: no code of a user's is run to look at a record, so that
 * the tries in them are not counted.
 */
function readTask({ extract }: RecipeManifest["options"]): Task {
  const name = EXTRACTOR_NAMES.find((known) => known === extract);
  const found = name === undefined ? undefined : extractor(name);
  return {
    name: "imported",
    problems: () => [],
    verify: () => ({ kind: "unverifiable", reason: "judged where it was trained" }),
    ...(found === undefined ? {} : { extract: found.extract, answerForm: found.name }),
  };
}
