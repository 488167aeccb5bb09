import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import type { TestResult } from "../../tasks/repository/judge-tests.ts";
import { readResults, type ReportFormat } from "../../tasks/repository/read-results.ts";
import type { RepositoryTask } from "../../tasks/repository/repository-task.ts";
import { RUNNER_LANGUAGES, type TestRunner } from "../../tasks/repository/test-runners.ts";
import { insidePath, isOfSystem } from "./bubblewrap.ts";
import type { CanaryFile, TestFile } from "./canaries.ts";
import { GO_OPTIONS, goToolchain } from "./go-toolchain.ts";
import { eraser, JEST_LAUNCHER, MOCHA_LAUNCHER, VITEST_LAUNCHER } from "./javascript-launchers.ts";
import { NODE_GUARD, NODE_REPORTER } from "./node-launcher.ts";
import { PYTEST_LAUNCHER } from "./pytest-launcher.ts";
import { readReport, type TestReport } from "./read-report.ts";
import { UNITTEST_LAUNCHER } from "./unittest-launcher.ts";

/** How the tests of some files are started in a sandbox, and how what they report is read. */
export interface TestStart {
  /** A shell's lines, run in the work copy. */
  readonly script: string;
  /** What is on descriptors 4 and 5. */
  readonly given: readonly [string, string];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: ReadonlyMap<string, string>;
  read(report: string): TestReport;
}

export type RunFile = TestFile & CanaryFile;

interface Run {
  /** Signs what the runner itself reports. */
  readonly key: Buffer;
  readonly copy: string;
  /** The task's. */
  readonly folder: string;
}

/** The same for every run; the date is the machine's. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  HOME: "/tmp",
  TMPDIR: "/tmp",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  PYTHONHASHSEED: "0",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONNOUSERSITE: "1",
  SOURCE_DATE_EPOCH: "1700000000",
  CI: "1",
};
/** Copies the tree to where it may be written, then bounds what one process may write, open and dump. */
const SCRIPT = "cp -a /aha/tree/. /work && ulimit -f 1000000 && ulimit -n 1024 && ulimit -c 0 &&";
/** Tests of each Python file that have a twin. */
const TWINS = 3;
/** The first line of a report that its runner doesn't sign: before it, nothing of the repository's has run. */
const STARTED = "started\n";
const JEST_CACHE = "/tmp/jest";

const NODE_WORDS: readonly string[] = [
  "node",
  "--test",
  "--import",
  "/aha/launchers/guard.mjs",
  "--test-reporter=/aha/launchers/report.mjs",
];

/** So that tests may be modules. */
const JEST_WORDS: readonly string[] = ["node", "--experimental-vm-modules", "/aha/launchers/run.cjs"];

/** Whether each hidden test file has a run of its own. */
export function runsByFile({ runner }: RepositoryTask): boolean {
  return RUNNER_LANGUAGES[runner] === "javascript";
}

/** Programs that are seen in `/aha/launchers`, by their names. */
export function launchersOf({ runner, hiddenTests }: RepositoryTask): ReadonlyMap<string, string> {
  const erasers = hiddenTests.map((path, place): [string, string] => [
    `erase-${place}.cjs`,
    eraser(`/work/${path}`, JEST_CACHE),
  ]);
  const all: Readonly<Record<TestRunner, readonly (readonly [string, string])[]>> = {
    pytest: [["run.py", PYTEST_LAUNCHER]],
    unittest: [["run.py", UNITTEST_LAUNCHER]],
    node: [
      ["report.mjs", NODE_REPORTER],
      ["guard.mjs", NODE_GUARD],
    ],
    vitest: [["run.mjs", VITEST_LAUNCHER]],
    mocha: [["run.mjs", MOCHA_LAUNCHER]],
    jest: [["run.cjs", JEST_LAUNCHER], ...erasers],
    go: [],
    other: [],
  };
  return new Map(all[runner]);
}

export async function startOf(task: RepositoryTask, files: readonly RunFile[], run: Run): Promise<TestStart> {
  const { runner } = task;
  if (runner === "go") return startGo(files);
  if (runner === "other") return startOther(task, files);
  const key = run.key.toString("hex");
  const signed = {
    environment: { ...ENVIRONMENT, PATH: insidePath() },
    mounts: new Map<string, string>(),
    read: (report: string) => readReport(report, run.key),
  };
  if (runner === "pytest" || runner === "unittest") {
    const order = {
      key,
      arguments: task.testArguments,
      twins: TWINS,
      own: files.flatMap(({ nonces, canaries }) => [...nonces, ...canaries]),
      files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    };
    const script = `${SCRIPT} exec 5<&- && exec python3 -s /aha/launchers/run.py`;
    return { ...signed, script, given: [JSON.stringify(order), ""] };
  }
  const [file] = files as readonly [RunFile];
  const given = [JSON.stringify({ key }), textFor(task, file)] as const;
  const environment = { ...signed.environment, AHA_FORMAT: file.format };
  return { ...signed, environment, mounts: packagesFor(runner, run), script: nodeScript(task, file.path), given };
}

function nodeScript({ runner, testArguments }: RepositoryTask, path: string): string {
  const laid = `cat <&5 > ${quoted(path)} && exec 5<&-`;
  if (runner === "node")
    return `${SCRIPT} ${laid} && exec ${[...NODE_WORDS, ...testArguments, path].map(quoted).join(" ")}`;
  if (runner === "jest") return `${SCRIPT} ${laid} && exec ${[...JEST_WORDS, path, JEST_CACHE].map(quoted).join(" ")}`;
  return `${SCRIPT} mkdir -p node_modules && exec node /aha/launchers/run.mjs ${quoted(path)}`;
}

const HEAD = /^(?:#!.*\n)?(?:\s|\/\/.*\n|\/\*[\s\S]*?\*\/)*/;

/** A test of Jest's takes itself out of its file, after the comments that configure it and before all else. */
function textFor({ runner, hiddenTests }: RepositoryTask, { path, text }: RunFile): string {
  if (runner !== "jest") return text;
  const place = `"/aha/launchers/erase-${hiddenTests.indexOf(path)}.cjs"`;
  const head = HEAD.exec(text)![0];
  const erases = /^\s*import\s/m.test(text) ? `import ${place};` : `require(${place});`;
  return `${head}${erases}${text.slice(head.length)}`;
}

/** Packages beside the task stand where Node looks for them last; those of a runner may be this process's own, too. */
function packagesFor(runner: TestRunner, { copy, folder }: Run): ReadonlyMap<string, string> {
  if (existsSync(join(copy, "node_modules", runner))) return new Map();
  const beside = [folder, dirname(folder)].map((place) => join(place, "node_modules"));
  const found =
    runner === "node"
      ? beside.find(isFolder)
      : [...beside, resolve("node_modules")].find((place) => isFolder(join(place, runner)));
  return found === undefined ? new Map() : new Map([["/node_modules", realpathSync(found)]]);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Built first; the tests' sources go before any of them runs. */
async function startGo(files: readonly RunFile[]): Promise<TestStart> {
  const { root, cache } = await goToolchain();
  const folders = [...new Set(files.map(({ path }) => posix.dirname(path)))];
  const built = folders.map((folder, n) => `go test -c -vet=off -o /tmp/aha-${n}.test ${quoted(`./${folder}`)} 3>&-`);
  const ran = folders.map(
    (folder, n) =>
      `(cd ${quoted(folder)} && go tool test2json -t -p ${quoted(folder)} /tmp/aha-${n}.test -test.v=test2json -test.paniconexit0 >&3 3>&-)`,
  );
  const removed = `rm -f ${files.map(({ path }) => quoted(path)).join(" ")}`;
  const cached = cache === undefined ? [] : ["cp -a /aha/go-cache /tmp/go-cache"];
  const script = [installed("go"), started(), ...cached, ...laidOver(), ...built, removed].join(" && ");
  const path = root === undefined ? insidePath() : `${join(root, "bin")}:${insidePath()}`;
  return {
    script: `${SCRIPT} ${script} && { ${ran.join("; ")}; }`,
    given: ["", laying(files)],
    environment: {
      ...ENVIRONMENT,
      ...GO_OPTIONS,
      PATH: path,
      GOCACHE: "/tmp/go-cache",
      GOPATH: "/tmp/go",
    },
    mounts: new Map([
      ...(root === undefined || isOfSystem(root) ? [] : ([[root, root]] as const)),
      ...(cache === undefined ? [] : ([["/aha/go-cache", cache]] as const)),
    ]),
    read: (report) => unsigned(report, "go-json", goNames(files)),
  };
}

const GO_TEST = /^func (Test\w*)\(/gm;

/** By their files: a report knows only packages, which share their tests' names. */
function goNames(files: readonly RunFile[]): (id: string) => string {
  const paths = new Map<string, string>();
  for (const { path, text } of files) {
    for (const [, test] of text.matchAll(GO_TEST)) {
      const id = `${posix.dirname(path)}::${test!}`;
      if (!paths.has(id)) paths.set(id, path);
    }
  }
  return (id) => {
    const [folder, name = ""] = id.split("::");
    const path = paths.get(`${folder}::${name.split("/")[0]}`);
    return path === undefined ? id : `${path}::${name}`;
  };
}

function startOther({ testArguments, report }: RepositoryTask, files: readonly RunFile[]): TestStart {
  const { format, path } = report!;
  const command = testArguments.map(quoted).join(" ");
  const run = path === "" ? `${command} >&3 3>&-` : `{ ${command} 3>&-; cat ${quoted(path)} >&3; }`;
  return {
    script: `${SCRIPT} ${[installed(testArguments[0]!), started(), ...laidOver(), run].join(" && ")}`,
    given: ["", laying(files)],
    environment: { ...ENVIRONMENT, PATH: insidePath() },
    mounts: new Map(),
    read: (text) => unsigned(text, format, (id) => id),
  };
}

function installed(program: string): string {
  const words = quoted(`the program ${program} isn't installed`);
  return `{ command -v ${quoted(program)} > /dev/null || { echo ${words} >&2; exit 1; }; }`;
}

function started(): string {
  return `echo started >&3 && exec 4<&-`;
}

function laidOver(): readonly string[] {
  // The descriptor is a socket, which can't be opened by its name.
  return ["cat <&5 > /tmp/laid", "exec 5<&-", ". /tmp/laid", "rm /tmp/laid"];
}

/** A shell's lines that write files. */
function laying(files: readonly RunFile[]): string {
  return files
    .map(({ path, text, nonces }) => {
      // A name that nobody knew before ends no text.
      const end = `END_${nonces[0]!.replaceAll(/\W/g, "_")}`;
      return `cat > ${quoted(path)} <<'${end}'\n${text.endsWith("\n") ? text : `${text}\n`}${end}\n`;
    })
    .join("");
}

/** A report that its runner doesn't sign: it is told from forged ones by tests whose names nobody knew. */
function unsigned(text: string, format: ReportFormat, idOf: (id: string) => string): TestReport {
  const isStarted = text.startsWith(STARTED);
  const results: readonly TestResult[] = isStarted ? readResults(format, text.slice(STARTED.length)) : [];
  return {
    results: results.map(({ id, outcome }) => ({ id: idOf(id), outcome })),
    started: isStarted,
    twins: [],
    complete: true,
    foreign: 0,
    collectError: undefined,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
