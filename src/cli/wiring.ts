import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OptionError } from "../errors.ts";
import { shippedBase, shippedModel } from "../formats/shipped-model.ts";
import { completionView } from "./completion-view.ts";
import type { ReproduceRequest } from "../claims/reproduce-options.ts";
import type { Compositions, ReproduceFlags, Watch } from "./compositions.ts";
import { withoutBase } from "../formats/find-model.ts";
import { isHubSpec, parseHubSpec } from "../formats/hub/hub-spec.ts";
import { pinned, placed } from "./pinned-model.ts";
import { notedEvent, pausedEvent } from "./watch-events.ts";
import { withSystem, withTemplate } from "./prompt-flags.ts";

/** The built command line, also where this file runs as source. */
const PROGRAM: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "dist", "cli", "main.js");

const SHIPPED_BASE: string = shippedModel("countdown-base");
const SHIPPED_BILINGUAL: string = shippedModel("countdown-bilingual-base");
const SHIPPED_STUDENT: string = shippedModel("countdown-small-base");

function reproduceOptions(flags: ReproduceFlags): ReproduceRequest {
  const bases = {
    countdown: flags.base ?? SHIPPED_BASE,
    noRetries: shippedModel("countdown-no-retries-base"),
    bilingual: SHIPPED_BILINGUAL,
    contexts: shippedModel("countdown-contexts-base"),
    students: { "0.13M": SHIPPED_STUDENT, "0.21M": shippedModel("countdown-middle-base"), "0.36M": SHIPPED_BASE },
  };
  return { ...flags, bases, program: PROGRAM };
}

/** Flags with the template that they name and the model's commit; mistakes are told before anything is fetched. */
async function asked<T extends { readonly model: string; readonly template?: string; readonly system?: string }>(
  flags: T,
  watch: Watch,
): Promise<T> {
  return { ...(await withTemplate(flags)), model: await pinned(flags.model, watch) };
}

/** What of a job's flags stands elsewhere than in its options, or decides its base. */
interface ConfigPlaces {
  readonly template?: string;
  readonly system?: string;
  readonly task?: string;
}

/** The real compositions. Each is loaded when it is used, so that `--help` and mistakes answer at once. */
export const COMPOSITIONS: Compositions = {
  async zero(flags, { runFolder, signal, onEvent }) {
    const { runZero } = await import("../training/run-zero.ts");
    const { engine = "", task, base: named } = flags;
    // A server's model is named as the server names it.
    const base = engine === "" ? await pinned(named ?? shippedBase(task), { signal, onEvent }) : (named ?? "");
    return runZero(runFolder, { ...(await withTemplate(flags)), base }, { signal, onEvent });
  },
  async resume(runFolder, options, { signal, onEvent }) {
    const { resumeRun } = await import("../training/resume-run.ts");
    return resumeRun(runFolder, { ...options, signal, onEvent });
  },
  async config(kind, flags) {
    const { resolvedConfig } = await import("./resolved-config.ts");
    const { template, system, task }: ConfigPlaces = flags;
    const resolved = await resolvedConfig(kind, await withTemplate(flags), shippedBase(task));
    // Files are named as the flags name them.
    return {
      ...resolved,
      ...(template === undefined ? {} : { template }),
      ...(system === undefined ? {} : { system }),
    };
  },
  async sft(flags, { runFolder, signal, onEvent }) {
    const { runSft } = await import("../training/run-sft.ts");
    return runSft(
      runFolder,
      {
        ...(await withTemplate(flags)),
        base: await pinned(flags.base ?? shippedBase(flags.task), { signal, onEvent }),
      },
      { signal, onEvent },
    );
  },
  async rewardModel({ pairs, out, ...options }, { signal, onEvent }) {
    const [{ trainRewardModel }, { readPairs }, { fitProgress }] = await Promise.all([
      import("../algorithms/train-reward-model.ts"),
      import("../data/preference-pairs.ts"),
      import("../training/fit-progress.ts"),
    ]);
    const onProgress = fitProgress(onEvent);
    return trainRewardModel(
      out,
      await readPairs(pairs),
      { ...options, base: await pinned(options.base ?? SHIPPED_BASE, { signal, onEvent }) },
      { signal, onProgress },
    );
  },
  async distil(flags, { folder, signal, onEvent }) {
    const { distil } = await import("../pipelines/distil.ts");
    const student = await pinned(flags.student ?? SHIPPED_STUDENT, { signal, onEvent });
    const teacher = await pinned(flags.teacher ?? "", { signal, onEvent });
    return distil({ ...flags, student, teacher, folder }, { signal, onEvent });
  },
  async r1(flags, { folder, signal, onEvent }) {
    const { runR1 } = await import("../pipelines/run-r1.ts");
    const base = await pinned(flags.base ?? SHIPPED_BILINGUAL, { signal, onEvent });
    return runR1({ ...flags, base, folder }, { signal, onEvent });
  },
  async planR1(flags, folder) {
    const { planR1 } = await import("../pipelines/run-r1.ts");
    return planR1({ ...flags, base: placed(flags.base ?? SHIPPED_BILINGUAL), folder });
  },
  async reproduce(flags, { signal, onEvent }) {
    const { reproduce } = await import("../claims/reproduce.ts");
    return reproduce(reproduceOptions(flags), { signal, onEvent });
  },
  async planReproduction(flags) {
    const { planReproduction } = await import("../claims/reproduce.ts");
    return planReproduction(reproduceOptions(flags));
  },
  async pretrain({ out, ...options }, { signal, onEvent }) {
    const [{ pretrain }, { fitProgress }] = await Promise.all([
      import("../pretraining/pretrain.ts"),
      import("../training/fit-progress.ts"),
    ]);
    return pretrain(out, options, { signal, onProgress: fitProgress(onEvent) });
  },
  async evaluate(flags, { signal, onEvent }) {
    const { evaluateModel } = await import("../evaluation/evaluate-model.ts");
    return evaluateModel(await asked(flags, { signal, onEvent }), {
      signal,
      onPause: pausedEvent(onEvent),
      onNote: notedEvent(onEvent),
      onProgress: (done, total) => onEvent({ kind: "evaluating", name: "after", done, total }),
    });
  },
  async codeRunner({ codeSeconds, unsafeSandbox }) {
    const { openExecutor } = await import("../sandbox/code-executor.ts");
    return openExecutor({
      ...(codeSeconds === undefined ? {} : { seconds: codeSeconds }),
      unsafeSandbox: unsafeSandbox ?? false,
    });
  },
  async checkTasks(folder, onChecked) {
    const { checkTasks } = await import("../data/checked-tasks.ts");
    return checkTasks(folder, { again: true, onChecked });
  },
  async showTask(folder) {
    const [{ readTaskFolder }, { questionOf }] = await Promise.all([
      import("../sandbox/repository/task-folder.ts"),
      import("../data/repository-task.ts"),
    ]);
    const source = readTaskFolder(folder);
    return { folder: source.folder, task: source.task, question: await questionOf(source) };
  },
  async importTasks(file, { repositories, out }) {
    const { importSweRows } = await import("../data/import-swe-rows.ts");
    return importSweRows(file, repositories, out);
  },
  async verifier({ kind, extract, schema, ...options }) {
    if (kind === "code") throw new OptionError("Expected programs to be run, not compared; ask `codeRunner`.");
    const [{ createVerifier, extractor, readSchema, VERIFY }, { readFile }] = await Promise.all([
      import("../verifiers/index.ts"),
      import("node:fs/promises"),
    ]);
    const extracts = extractor(extract ?? VERIFY.verifier.options.extract.fallback);
    const parsed =
      schema === undefined
        ? {}
        : {
            schema: readSchema(
              await readFile(schema, "utf8").catch((error: Error) => unreadable("a JSON schema", schema, error)),
            ),
          };
    const verifier = createVerifier(kind ?? VERIFY.verifier.options.kind.fallback, { ...options, ...parsed });
    return (gold, text) => {
      const { answer, reason } = extracts.extract(text);
      if (answer === null) return { verdict: { kind: "wrong", reason }, read: null };
      const read = { gold: verifier.answerKey(gold), answer: verifier.answerKey(answer) };
      return { verdict: verifier.verify(gold, answer), read };
    };
  },
  async templates({ templateFiles, ...flags }, { signal, onEvent }) {
    const [{ studyModel }, { fileText, readTemplate }, { readFile }] = await Promise.all([
      import("../evaluation/study-model.ts"),
      import("../prompts/index.ts"),
      import("node:fs/promises"),
    ]);
    const own = await Promise.all(
      templateFiles.map(async (path) => ({
        name: path,
        kind: "paraphrase" as const,
        template: readTemplate(
          fileText(await readFile(path, "utf8").catch((error: Error) => unreadable("a template", path, error))),
          path,
        ),
      })),
    );
    return studyModel(
      { ...(await asked(flags, { signal, onEvent })), own },
      {
        signal,
        onPause: pausedEvent(onEvent),
        onNote: notedEvent(onEvent),
        onProgress: (done, total) => onEvent({ kind: "evaluating", name: "after", done, total }),
      },
    );
  },
  async testTime(flags, { signal, onEvent }) {
    const { testTimeModel } = await import("../evaluation/test-time-model.ts");
    return testTimeModel(await asked(flags, { signal, onEvent }), {
      signal,
      onPause: pausedEvent(onEvent),
      onNote: notedEvent(onEvent),
      onProgress: (done, total) => onEvent({ kind: "evaluating", name: "after", done, total }),
    });
  },
  async sample(flags, { signal, onEvent }) {
    const { sampleModel } = await import("../evaluation/evaluate-model.ts");
    const judged = await sampleModel(await asked(flags, { signal, onEvent }), {
      signal,
      onPause: pausedEvent(onEvent),
      onNote: notedEvent(onEvent),
    });
    return judged.map((rollouts) => ({
      problem: rollouts[0]!.problem.id,
      question: rollouts[0]!.problem.question,
      completions: rollouts.map((rollout) => completionView(rollout, rollout.verdict)),
    }));
  },
  async preview(flags, watch) {
    const { previewPrompts } = await import("../evaluation/preview-prompts.ts");
    return previewPrompts(await asked(flags, watch));
  },
  async data({ data, model, schema = "", ...flags }, watch) {
    const [{ describeData }, { givenData }, { goldVerifiers }, { hubData }, { loadCheckpoint }] = await Promise.all([
      import("../data/data-report.ts"),
      import("../data/data-options.ts"),
      import("../data/open-data-task.ts"),
      import("../data/sources/hub-data.ts"),
      import("../formats/checkpoint.ts"),
    ]);
    const { signal, onEvent } = watch;
    const tokenizer = model === undefined ? undefined : (await loadCheckpoint(await pinned(model, watch))).tokenizer;
    return describeData(data, {
      ...givenData(flags),
      verifiers: await goldVerifiers(schema),
      signal,
      ...(tokenizer === undefined ? {} : { countTokens: (text: string) => tokenizer.encode(text).length }),
      fetch: (name, config) =>
        hubData(name, config, {
          signal,
          onProgress: (done, total) => onEvent({ kind: "downloading", name, done, total }),
        }),
    });
  },
  async init(flags, watch) {
    const [{ writeNewTask }, { ahaVersion }] = await Promise.all([
      import("./init/new-task.ts"),
      import("./machine.ts"),
    ]);
    return writeNewTask({ ...flags, version: await ahaVersion() }, watch);
  },
  async chat(flags, watch) {
    const { Conversation } = await import("../chat/conversation.ts");
    return Conversation.open({
      ...(await withSystem(flags)),
      model: await pinned(flags.model, watch),
      onNote: notedEvent(watch.onEvent),
    });
  },
  async serve({ model, ...options }, watch) {
    const { serve } = await import("../server/serve.ts");
    const { template, ...rest } = await withTemplate(options);
    // A model of the hub keeps its name, without the commit.
    const name = rest.name ?? (isHubSpec(model) ? parseHubSpec(withoutBase(model).own).repo : undefined);
    const fetched = await pinned(model, watch);
    watch.signal.throwIfAborted();
    return serve(fetched, {
      ...rest,
      onNote: notedEvent(watch.onEvent),
      ...(name === undefined ? {} : { name }),
      ...(template === undefined ? {} : { template }),
    });
  },
  async serveRewards(options, { signal, onEvent }) {
    const { serveRewards } = await import("../server/rewards/serve-rewards.ts");
    return serveRewards({ ...options, signal, onEvent });
  },
  async export({ model, ...options }, watch) {
    const { checkExport, exportModel } = await import("../export/export-model.ts");
    await checkExport(model, options);
    const fetched = await pinned(model, watch);
    watch.signal.throwIfAborted();
    return exportModel(fetched, options);
  },
  async exportRun({ run, ...options }) {
    const { exportRun } = await import("../export/export-run.ts");
    return exportRun(run, options);
  },
  async exportRecipe({ recipe, ...options }, { onEvent }) {
    const { exportRecipe } = await import("../recipes/export-recipe.ts");
    const onNote = (text: string): void => onEvent({ kind: "note", text });
    return exportRecipe(recipe, { ...options, base: SHIPPED_BASE, prompts: withTemplate, onNote });
  },
  async importRun(folder, run) {
    const { importRun } = await import("../recipes/import-run.ts");
    return importRun(folder, run);
  },
  async bench({ base, ...given }, watch) {
    const { benchMachine } = await import("./bench-machine.ts");
    return benchMachine(await pinned(base ?? SHIPPED_BASE, watch), given, { ...watch, prompts: withTemplate });
  },
  async runs(folder) {
    const { listedRuns } = await import("./stored-runs.ts");
    return listedRuns(folder);
  },
  async compare(folders) {
    const { comparedRows } = await import("./stored-runs.ts");
    return comparedRows(folders);
  },
  async show(runFolder, flags) {
    const { shownStep } = await import("./stored-runs.ts");
    return shownStep(runFolder, flags);
  },
  async report(run, options) {
    const { writeReport } = await import("../dashboard/report/write-report.ts");
    return writeReport(run, options);
  },
  async record(run, options) {
    const [{ writeRecording }, { findCutter }] = await Promise.all([
      import("../pipelines/record-pipeline.ts"),
      import("./find-cutter.ts"),
    ]);
    return writeRecording(run, options, findCutter);
  },
  async dashboard(options) {
    const { startDashboard } = await import("../dashboard/server/index.ts");
    return startDashboard(options);
  },
  async dashboardBeside(folder, queue) {
    const { startDashboardProcess } = await import("./dashboard-process.ts");
    // As this process was started: from dist/ or, with its loader, from source.
    return startDashboardProcess([...process.execArgv, process.argv[1] ?? PROGRAM], folder, queue);
  },
  async play(options) {
    const { servePage } = await import("../server/page/serve-page.ts");
    return servePage(options);
  },
  async lessons(language) {
    const { findLessons, lessonsFolder } = await import("./lesson/lesson-files.ts");
    return findLessons(lessonsFolder(language));
  },
  async runProgram(words, options) {
    const { runProgram } = await import("./lesson/run-program.ts");
    return runProgram([...process.execArgv, process.argv[1] ?? PROGRAM, ...words], options);
  },
  async queue(run, flags) {
    const { queueReport } = await import("./queue-jobs.ts");
    return queueReport(run, flags);
  },
  async serveQueue(run, flags) {
    const { serveQueueOf } = await import("./queue-jobs.ts");
    return serveQueueOf(run, flags);
  },
  async evaluator(flags, watch) {
    const { evaluateFor } = await import("./queue-jobs.ts");
    return evaluateFor(flags, watch);
  },
  async sampler(flags, watch) {
    const { sampleFor } = await import("./sampler-jobs.ts");
    return sampleFor(flags, watch);
  },
  async rejudge(run, flags, { signal, onEvent }) {
    const { rejudgeRun } = await import("../evaluation/rejudge.ts");
    return rejudgeRun(run, flags, {
      signal,
      onPause: pausedEvent(onEvent),
      onProgress: (done, total) => onEvent({ kind: "evaluating", name: "after", done, total }),
    });
  },
  async devices({ signal }) {
    const { surveyDevices } = await import("../policy/device/survey-devices.ts");
    return surveyDevices({ signal });
  },
  async engine() {
    const { engineFacts } = await import("./engine-facts.ts");
    return engineFacts();
  },
};

function unreadable(what: string, path: string, error: Error): never {
  throw new OptionError(`Expected ${what} in ${path}, but it can't be read: ${error.message}.`);
}
