import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { COMPOSITIONS } from "../../src/cli/wiring.ts";
import type { Watch } from "../../src/cli/compositions.ts";
import type { RejectionSummary } from "../../src/distillation/rejection-sampling.ts";
import { AhaError, RunError } from "../../src/errors.ts";
import { givenModel } from "../../src/pipelines/given-model.ts";
import { StageRunner, type Source } from "../../src/pipelines/stage-runner.ts";
import { sftStage, zeroStage } from "../../src/pipelines/training-stages.ts";
import { createRunStore } from "../../src/store/index.ts";
import { resumeRun } from "../../src/training/resume-run.ts";
import { runZero } from "../../src/training/run-zero.ts";
import { stepMetrics, stepRollouts } from "../contracts/run-samples.ts";
import { newFolder } from "./cli-run.ts";

const BASE = fileURLToPath(new URL("../../models/countdown-small-base", import.meta.url));
const WATCH: Watch = { signal: new AbortController().signal, onEvent: () => undefined };
const TASK = `export default {
  name: "own",
  verify: (_problem, answer) => answer === "1 + 2",
  problems: (split) => (split === "corpus" ? [] : [{ id: split, split, question: "Make 3 of 1 and 2.", compactQuestion: "1 2 make 3", difficulty: 0, data: null }]),
};`;

let root: string;
/** Is there once the module has run. */
let spy: string;

beforeEach(() => {
  root = newFolder();
  spy = join(root, "it-ran");
  vi.stubEnv("AHA_CONFIG_DIR", join(root, "config"));
});
afterEach(() => vi.unstubAllEnvs());

function spyModule(name: string): string {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(spy)}, "");\n${TASK}`);
  return path;
}

/** A stranger's run with a trained model and a checkpoint, whose config is what he likes. */
function strangersRun(config: unknown, folder: string = join(root, "gift")): string {
  const store = createRunStore(folder, config as { kind: string });
  store.recordStep(1, stepMetrics(1), stepRollouts(1));
  store.close();
  cpSync(BASE, join(folder, "final"), { recursive: true });
  cpSync(BASE, join(folder, "checkpoints", "step-0"), { recursive: true });
  writeFileSync(join(folder, "checkpoints", "step-0", "training-state.safetensors"), "");
  return folder;
}

const ASKED = { problems: 1, samples: 1, workers: 1, maxCompletionTokens: 2 } as const;
type Command = (run: string, task?: string) => Promise<unknown>;
const given = (task: string | undefined): { task?: string } => (task === undefined ? {} : { task });
const ASKING: readonly (readonly [string, Command])[] = [
  ["preview", (model, task) => COMPOSITIONS.preview({ model, ...given(task) }, WATCH)],
  ["sample", (model, task) => COMPOSITIONS.sample({ model, ...ASKED, ...given(task) }, WATCH)],
  ["eval", (model, task) => COMPOSITIONS.evaluate({ model, ...ASKED, ...given(task) }, WATCH)],
  [
    "eval --templates",
    (model, task) => COMPOSITIONS.templates({ model, templateFiles: [], ...ASKED, ...given(task) }, WATCH),
  ],
  ["eval --budgets", (model, task) => COMPOSITIONS.testTime({ model, budgets: [2], ...ASKED, ...given(task) }, WATCH)],
  ["chat", async (model, task) => (await COMPOSITIONS.chat({ model, ...given(task) }, WATCH)).close()],
];
const RESUME: readonly [string, Command] = ["resume", (run, task) => COMPOSITIONS.resume(run, given(task), WATCH)];

async function refusal(work: Promise<unknown>): Promise<AhaError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AhaError);
  expect((error as Error).message).not.toContain("\n");
  return error as AhaError;
}

describe("a stranger's run names a module", () => {
  test.each([...ASKING, RESUME])("%s says what to type, and runs nothing", async (_name, command) => {
    const task = relative(process.cwd(), spyModule("gift/task.mjs"));
    const run = strangersRun({ kind: "zero", task });
    const error = await refusal(command(run));
    expect(error).toBeInstanceOf(RunError);
    expect(error.message).toBe(
      `The run in ${JSON.stringify(run)} names code, ${JSON.stringify(task)}; look at it, then give \`task: ${task}\` to run it.`,
    );
    expect(existsSync(spy)).toBe(false);
  });

  test.each(ASKING.filter(([name]) => name === "preview" || name === "chat"))(
    "%s runs what the user names himself",
    async (_name, command) => {
      const path = spyModule("gift/task.mjs");
      await command(strangersRun({ kind: "zero", task: path }), path);
      expect(existsSync(spy)).toBe(true);
    },
  );

  const forms: readonly (readonly [string, (path: string) => unknown])[] = [
    ["an absolute path", (path) => path],
    ["a path with ../", (path) => join("..", relative(join(process.cwd(), ".."), path)).replace(/^/, "./")],
    ["a file: URL", (path) => pathToFileURL(path).href],
    ["a file: URL of another machine", (path) => `file://server${path}`],
    ["percent signs", (path) => path.replace("task", "%74ask")],
    ["capitals", (path) => path.replace(".mjs", ".MJS")],
    ["a query", (path) => `${path}?x`],
    ["a slash at its end", (path) => `${path}/`],
    ["its folder", (path) => join(path, "..")],
    ["a folder with index.js", (path) => join(path, "..", "package")],
    ["a source file", (path) => path.replace(".mjs", ".mts")],
    ["backward slashes", (path) => path.replaceAll("/", "\\")],
    ["a share", () => "\\\\server\\share\\task.mjs"],
    ["a share with slashes", () => "//server/share/task.mjs"],
    ["a share by its long name", () => "\\\\?\\UNC\\server\\share\\task.mjs"],
    ["data:", () => "data:text/javascript,process.exit(0)"],
    ["node:", () => "node:child_process"],
    ["a package's name", () => "tsx/esm"],
    ["a task's name with a slash", () => "countdown/"],
    ["a task's name in capitals", () => "Countdown"],
    ["the prototype", () => "__proto__"],
    ["a list", (path) => [path]],
    ["an object", (path) => ({ toString: path })],
    ["a number", () => 7],
  ];
  test.each(forms)("by %s: nothing runs", async (_name, form) => {
    const path = spyModule("gift/task.mjs");
    for (const name of ["gift/task.MJS", "gift/task.mts", "gift/package/index.js", "gift/%74ask.mjs"]) spyModule(name);
    const run = strangersRun({ kind: "zero", task: form(path) });
    for (const [, command] of [...ASKING.slice(0, 1), RESUME]) await refusal(command(run));
    expect(existsSync(spy)).toBe(false);
  });

  test("in other fields, nothing runs and the run's own task is asked", async () => {
    const path = spyModule("gift/task.mjs");
    const run = strangersRun({
      kind: "zero",
      task: "countdown",
      options: { task: path },
      base: path,
      student: path,
      teacher: path,
      rewardModel: path,
      data: path,
    });
    expect((await COMPOSITIONS.preview({ model: run }, WATCH)).task).toBe("countdown");
    expect(existsSync(spy)).toBe(false);
  });

  test("nothing that a stranger wrote is to be typed in a shell", async () => {
    const run = strangersRun({ kind: "zero", task: "./task.mjs; touch x\u001b[2J" });
    expect((await refusal(COMPOSITIONS.preview({ model: run }, WATCH))).message).toMatch(
      /names code, ".\/task.mjs; touch x\\u001b\[2J"; look at it, then give its path as `task` to run it\.$/,
    );
  });

  test("reading its rollouts or its model for others runs nothing", async () => {
    const run = strangersRun({ kind: "zero", task: spyModule("gift/task.mjs") });
    await COMPOSITIONS.exportRun({ run, to: "jsonl", out: join(root, "rollouts.jsonl") });
    await COMPOSITIONS.export({ model: run, to: "hf", out: join(root, "model") }, WATCH);
    await COMPOSITIONS.show(run, { limit: 1 });
    await COMPOSITIONS.report(run, { out: join(root, "report.html") });
    await COMPOSITIONS.runs(root);
    const { loadExamples } = await import("../../src/data/load-examples.ts");
    expect((await loadExamples(run)).examples).toHaveLength(1);
    expect(existsSync(spy)).toBe(false);
  });
});

describe("a planted run in a stage's folder", () => {
  const FIRST = { name: "first", expectedSeconds: 1 };
  const anything = (): null => null;
  let source: Source;
  beforeAll(async () => {
    source = await givenModel(BASE);
  });

  test.each(["zero", "sft"])("of %s goes on with the stage's task alone", async (kind) => {
    const runner = new StageRunner(join(root, "stages"));
    const summary: RejectionSummary = {
      folder: "",
      examples: 0,
      sampled: 0,
      dropped: {} as RejectionSummary["dropped"],
      sampledTokens: 0,
    };
    const data = runner.define({
      name: "data",
      title: "none",
      inputs: [],
      options: {},
      expectedSeconds: 1,
      outputs: [],
      resultShape: anything,
      work: () => Promise.resolve(summary),
    });
    const stage =
      kind === "zero"
        ? zeroStage(runner, { ...FIRST, base: source, options: { task: "countdown", steps: 1 } })
        : sftStage(runner, { ...FIRST, base: source, data, options: { task: "countdown" } });
    strangersRun({ kind, task: spyModule("gift/task.mjs") }, stage.folder);
    const { message } = await refusal(runner.result(stage));
    expect(message).toMatch(/was trained on ".*task\.mjs", got `task` "countdown"/);
    expect(existsSync(spy)).toBe(false);
  });

  test("its record may name no file but the stage's own", async () => {
    const runner = new StageRunner(join(root, "stages"));
    const stage = zeroStage(runner, { ...FIRST, base: source, options: { task: "countdown", steps: 1 } });
    mkdirSync(stage.folder, { recursive: true });
    writeFileSync(
      join(stage.folder, "stage.json"),
      JSON.stringify({
        name: "first",
        key: stage.key,
        inputs: [],
        seconds: 1,
        outputs: { "../../../../dev/zero": "0" },
        result: {},
      }),
    );
    expect((await refusal(runner.result(stage))).message).toMatch(
      /to hold the record of a stage|to name what the stage first makes/,
    );
  });
});

describe("a run on one's own module", () => {
  const small = {
    base: BASE,
    steps: 1,
    problemsPerStep: 1,
    groupSize: 2,
    evaluationProblems: 1,
    evaluationSamples: 1,
    maxCompletionTokens: 4,
    workers: 1,
    preflight: false,
  } as const;

  test("goes on without a word, until the module is another", async () => {
    const module = join(root, "own.mjs");
    writeFileSync(module, TASK);
    const run = join(root, "own");
    await runZero(run, { ...small, task: module });
    expect((await resumeRun(run)).steps).toBe(1);
    if (process.platform !== "win32")
      expect(statSync(join(root, "config", "trusted-tasks.json")).mode & 0o777).toBe(0o600);

    // Moved with its run to another place, or under another user's settings, it asks.
    vi.stubEnv("AHA_CONFIG_DIR", join(root, "other-user"));
    await expect(resumeRun(run)).rejects.toThrow(/names code/);
    vi.stubEnv("AHA_CONFIG_DIR", join(root, "config"));

    // A copy of it elsewhere may have other neighbours to import.
    const copy = join(root, "copy", "own.mjs");
    mkdirSync(join(root, "copy"));
    writeFileSync(copy, readFileSync(module));
    expect((await resumeRun(run, { task: copy })).steps).toBe(1);

    writeFileSync(module, `${TASK}\n// changed`);
    await expect(resumeRun(run)).rejects.toThrow(/names code, ".*own\.mjs"; look at it/);
    expect((await resumeRun(run, { task: module })).steps).toBe(1);
  });

  test("refuses another module, and a task of the package where it had none of them", async () => {
    const run = strangersRun({ kind: "zero", task: spyModule("gift/task.mjs") });
    for (const task of [spyModule("other.mjs").replace("other", "absent"), "countdown", "//server/share/task.mjs"])
      await refusal(resumeRun(run, { task }));
    await expect(
      resumeRun(strangersRun({ kind: "zero", task: "countdown" }, join(root, "plain")), {
        task: spyModule("gift/task.mjs"),
      }),
    ).rejects.toThrow(/was trained on "countdown"/);
    expect(existsSync(spy)).toBe(false);
  });

  test("a share or an address is refused from the user's own hand too", async () => {
    for (const task of ["\\\\server\\share\\task.mjs", "//server/share/task.mjs", "file:///task.mjs"]) {
      expect((await refusal(COMPOSITIONS.preview({ model: BASE, task }, WATCH))).message).toMatch(
        /an address or a share; copy it here/,
      );
    }
  });
});
