import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
const entries = Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"));

/** Exact ones: what is tested is this package, not npm's newest. */
const NPM_VERSIONS = ["10.9.9", "11.21.2"] as const;

/** What a reader of the README has around him: nothing that tells npm to leave scripts out or to be silent. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/onnxruntime|ignore_scripts|loglevel/i.test(name)),
  ),
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_update_notifier: "false",
};

/** Runs a command in a folder; a failure has what it wrote. */
const runIn =
  (folder: string) =>
  (command: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(command, words, { cwd: folder, env, maxBuffer: 2 ** 24 });

const newFolder = (): string => mkdtempSync(join(tmpdir(), "aha-package-"));

/** The README's command to install a packed file, as its words. */
function installWords(tarball: string): string[] {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const command = /`npm (install [^`]*\.\/aha-rl-\*\.tgz)`/.exec(readme);
  if (command === null) throw new Error("The README says no way to install the packed file.");
  return command[1]!.split(" ").map((word) => (word.endsWith(".tgz") ? tarball : word));
}

/** A folder in which one npm has installed the package. */
interface Installed {
  readonly version: string;
  readonly folder: string;
  /** Of its npm-cli.js and npx-cli.js. */
  readonly bin: string;
  /** What npm said. */
  said: string;
}

const above = newFolder();
const installed = NPM_VERSIONS.map((version): Installed => {
  const bin = join(above, `npm-${version}`, "node_modules", "npm", "bin");
  return { version, folder: join(above, `with-${version}`), bin, said: "" };
});

beforeAll(async () => {
  await run("npm", ["pack", "--loglevel", "error", "--pack-destination", above], { cwd: root, env });
  const tarball = readdirSync(above).find((name) => name.endsWith(".tgz"))!;
  for (const one of installed) {
    const tool = join(above, `npm-${one.version}`);
    for (const folder of [tool, one.folder]) mkdirSync(folder);
    const own = ["install", "--ignore-scripts", "--prefer-offline", "--loglevel", "error", `npm@${one.version}`];
    await runIn(tool)("npm", "--prefix", tool, ...own);
    const words = [...installWords(join(above, tarball)), "--prefer-offline"];
    const { stdout, stderr } = await runIn(one.folder)(process.execPath, join(one.bin, "npm-cli.js"), ...words);
    one.said = stdout + stderr;
  }
}, 300_000);
afterAll(() => rmSync(above, { recursive: true, force: true }));

/** A program of a user's own, with types of every entry. */
const PROGRAM = `
import { accuracyReward, grpo, shippedModel, train, type ServeOptions, type TrainOptions } from "aha-rl";
import { defineTask, type Task } from "aha-rl/tasks";
import { createVerifier } from "aha-rl/verifiers";
${entries.map((entry, i) => `import * as entry${i} from ${JSON.stringify(`aha-rl${entry.slice(1)}`)};`).join("\n")}

const words = Array.from({ length: 40 }, (_, i) => "word" + i);
const task: Task = defineTask({
  name: "backwards",
  problems: words.map((word) => ({ question: "Write " + word + " backwards.", data: [...word].reverse().join("") })),
  verify: ({ data }, answer) => answer === data,
});
const options: TrainOptions = {
  model: shippedModel("countdown-base"),
  task: "countdown",
  rewards: [accuracyReward()],
  algorithm: grpo({ groupSize: 4 }),
  steps: 2,
  seed: 1,
  folder: "runs/own",
};
const steps: number[] = [];
for await (const { step } of train(options)) steps.push(step);
// @ts-expect-error A port is a number: the types are read.
const serving: ServeOptions = { port: "none" };
console.log(JSON.stringify({ steps, serving, task: task.name, right: createVerifier("maths").verify("1/2", "0.5"), entries: [${entries.map((_, i) => `entry${i}`).join(", ")}].length }));
`;

describe.each(installed)("installed by npm $version as the README says", (one) => {
  const inFolder = runIn(one.folder);

  test("without a warning about this package, and without a script", () => {
    expect(one.said).toMatch(/added \d+ packages/);
    // Of anything else, this machine's own settings say, npm may warn.
    expect(one.said).not.toMatch(/install-scripts|aha-rl|project config/);
    // What the script that is left out would have fetched.
    const native = join(one.folder, "node_modules", "onnxruntime-node", "bin");
    expect(readdirSync(native, { recursive: true, encoding: "utf8" }).filter((path) => /cuda/i.test(path))).toEqual([]);
  });

  test("npx aha --help, and some steps of the main job", async () => {
    const npx = (...words: string[]) => inFolder(process.execPath, join(one.bin, "npx-cli.js"), ...words);
    expect((await npx("aha", "--help")).stdout).toMatch(/^Usage: aha /);
    const words = "aha zero --steps 1 --evaluation-problems 8 --run runs/first --json --quiet";
    expect(JSON.parse((await npx(...words.split(" "))).stdout)).toMatchObject({ steps: 1, after: { problems: 8 } });
  });

  test("a program of one's own runs, and its types are right", async () => {
    writeFileSync(join(one.folder, "own.mts"), PROGRAM);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const types = ["--typeRoots", join(root, "node_modules", "@types"), "--types", "node"];
    const words = ["--strict", "--module", "nodenext", "--target", "es2023", ...types, "own.mts"];
    await inFolder(process.execPath, tsc, ...words);
    const { stdout } = await inFolder(process.execPath, "own.mjs");
    expect(JSON.parse(stdout)).toEqual({
      steps: [1, 2],
      serving: { port: "none" },
      task: "backwards",
      right: { kind: "right" },
      entries: entries.length,
    });
  });
});

describe("the packed package", () => {
  const { folder } = installed.at(-1)!;
  const inFolder = runIn(folder);

  test("holds what users need, and nothing of ours", () => {
    const files = readdirSync(join(folder, "node_modules", manifest.name), { recursive: true, encoding: "utf8" }).map(
      (path) => path.replaceAll("\\", "/"),
    );
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/cli/main.js", "models"]));
    expect(files).toEqual(expect.arrayContaining(["examples/own-loop.ts", "docs/guides", "CHANGELOG.md"]));
    // `aha lesson` reads the lessons, `aha play` serves the page.
    const played = ["dist/playground/index.html", "dist/playground/engine/ort-wasm-simd-threaded.wasm"];
    expect(files).toEqual(expect.arrayContaining(["docs/lessons/1-what-a-base-does.md", ...played]));
    // An example's hidden tests are part of it.
    const own = files.filter((path) => !path.startsWith("examples/repository-tasks/"));
    expect(own.filter((path) => /\.test\.|\.map$|^(src|test|scripts|node_modules)(\/|$)/.test(path))).toEqual([]);
    expect(files.filter((path) => /^docs\/(?!guides|lessons|[\w-]+\.(md|svg)$)/.test(path))).toEqual([]);
  });

  test.each(entries)("import of %s", async (entry) => {
    const specifier = `${manifest.name}${entry.slice(1)}`;
    const { stdout } = await inFolder(
      process.execPath,
      "-e",
      `import(${JSON.stringify(specifier)}).then((module) => console.log(Object.keys(module).length))`,
    );
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  test.each(["tasks", "rewards", "advantages", "verifiers"])("%s loads nothing native", async (room) => {
    const program = `
      import ${JSON.stringify(`${manifest.name}/${room}`)};
      const loaded = process.report.getReport().sharedObjects.filter((path) => /\\.node$/.test(path));
      console.log(JSON.stringify(loaded));`;
    const { stdout } = await inFolder(process.execPath, "--input-type=module", "-e", program);
    expect(JSON.parse(stdout)).toEqual([]);
  });

  test("deep imports are refused", async () => {
    await expect(
      inFolder(process.execPath, "-e", `import("${manifest.name}/dist/index.js").catch(() => process.exit(3))`),
    ).rejects.toMatchObject({ code: 3 });
  });

  test("npx aha doctor finds the engine", async () => {
    const { stdout } = await inFolder("npx", "aha", "doctor", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      engine: { problem: null, version: manifest.dependencies["onnxruntime-node"] },
    });
  });
});
