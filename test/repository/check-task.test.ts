import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkRepositoryTask } from "../../src/sandbox/repository/check-task.ts";
import { openRepositoryExecutor } from "../../src/sandbox/repository/repository-executor.ts";
import { block, makeNodeTask, makePythonTask, PYTHON_GOLD } from "./make-tasks.ts";
import { missingForRepositories } from "./missing.ts";

const missing = missingForRepositories();

/** The one line by which a task is refused. */
async function refusal(folder: string): Promise<string> {
  try {
    await checkRepositoryTask(folder);
  } catch (error) {
    const { name, message } = error as Error;
    expect(message).not.toContain("\n");
    return `${name}: ${message}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return "none";
}

function changeJson(folder: string, change: (json: Record<string, unknown>) => void): string {
  const path = join(folder, "task.json");
  const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  change(json);
  writeFileSync(path, JSON.stringify(json));
  return folder;
}

describe.skipIf(missing !== undefined)(`checking a task (${missing ?? "bubblewrap, git and pytest are here"})`, () => {
  test.each([
    ["Python", makePythonTask, 3],
    ["JavaScript", makeNodeTask, 2],
  ] as const)("a task in %s passes with its gold three times, and fails without", async (_name, make, count) => {
    const folder = make();
    const checked = await checkRepositoryTask(folder);
    expect(checked).toMatchObject({ failToPass: count, passToPass: 1 });
    expect(checked.seconds).toHaveLength(3);
    expect(checked.withoutEdits).toContain("didn't pass");
    rmSync(folder, { recursive: true });
  });

  test.each<[string, () => string, string]>([
    ["no folder", () => join(tmpdir(), "aha-nothing"), 'Expected a file "task.json" in the task\'s folder'],
    [
      "no base commit",
      () => changeJson(makePythonTask(), (json) => delete json["baseCommit"]),
      "Expected `baseCommit` in",
    ],
    ["another commit", () => makePythonTask({ baseCommit: "0".repeat(40) }), "to have the base commit 0000"],
    ["a name as commit", () => makePythonTask({ baseCommit: "main" }), "a commit as 40 or 64 hexadecimal digits"],
    ["another runner", () => makePythonTask({ command: ["make", "test"] }), "Expected `command` in"],
    ["a field too many", () => makePythonTask({ timeout: 3 }), 'got "timeout"; leave it out'],
    ["an empty list", () => makePythonTask({ failToPass: [] }), "Expected `failToPass` in"],
    ["a budget of nothing", () => makePythonTask({ budgets: { runSeconds: 0 } }), "`runSeconds` above 0"],
    ["a hidden test above", () => makePythonTask({ hiddenTests: ["../x.py"] }), "leads out of the repository"],
    [
      "a hidden test that isn't there",
      () => makePythonTask({ hiddenTests: ["tests/test_x.py"] }),
      "hidden/tests/test_x.py",
    ],
    ["a repository outside", () => makePythonTask({ repository: "../x" }), "leads out of the repository"],
    ["no repository", () => makePythonTask({ repository: "other.git" }), "Expected a bare git repository at"],
    [
      "tests that pass without edits",
      () => makePythonTask({ failToPass: ["tests/test_mean.py::test_largest"], passToPass: [] }),
      "its tests pass without any edit",
    ],
    [
      "tests that are never found",
      () => makePythonTask({ failToPass: ["tests/test_mean.py::test_none"] }),
      'test_none" never ran',
    ],
    [
      "a gold that doesn't solve it",
      () => {
        const folder = makePythonTask();
        writeFileSync(join(folder, "gold.diff"), PYTHON_GOLD.replace("len(values)\n>", "(len(values) + 1)\n>"));
        return folder;
      },
      "don't pass",
    ],
    [
      "a gold that edits nothing",
      () => {
        const folder = makePythonTask();
        writeFileSync(join(folder, "gold.diff"), "later");
        return folder;
      },
      "there are no edits",
    ],
    ["a flaky test", flakyTask, "is flaky: the edits that solve it passed"],
    [
      "a runner that isn't installed",
      () => makePythonTask({}, { "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p not_installed"\n' }),
      "not_installed",
    ],
  ])("%s is refused in one line", async (_name, make, words) => {
    const said = await refusal(make());
    expect(said).toContain("TaskError: ");
    expect(said).toContain(words);
  });

  test("what a repository says of itself runs nothing on this machine", async () => {
    const sentinel = join(mkdtempSync(join(tmpdir(), "aha-sentinel-")), "ran");
    const folder = makePythonTask(
      {},
      {
        ".gitattributes": "* filter=evil\n*.md filter=lfs\n",
        ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch\n',
      },
    );
    const bare = join(folder, "repository.git");
    writeFileSync(
      join(bare, "config"),
      `[core]\n\tbare = true\n\thooksPath = ${bare}/hooks\n\tfsmonitor = touch ${sentinel}\n[filter "evil"]\n\tsmudge = touch ${sentinel}\n\trequired = true\n[alias]\n\tread-tree = "!touch ${sentinel}"\n`,
    );
    mkdirSync(join(bare, "hooks"), { recursive: true });
    for (const hook of ["post-checkout", "post-index-change", "reference-transaction"])
      writeFileSync(join(bare, "hooks", hook), `#!/bin/sh\ntouch ${sentinel}\n`, { mode: 0o755 });
    expect(await checkRepositoryTask(folder)).toMatchObject({ failToPass: 3 });
    expect(() => readFileSync(sentinel)).toThrow("ENOENT");
  });

  test("objects that lie elsewhere aren't read", async () => {
    const folder = makePythonTask();
    writeFileSync(join(folder, "repository.git", "objects", "info", "alternates"), "/somewhere\n");
    expect(await refusal(folder)).toContain("it borrows some");
    const linked = makePythonTask();
    rmSync(join(linked, "repository.git"), { recursive: true });
    symlinkSync(tmpdir(), join(linked, "repository.git"));
    expect(await refusal(linked)).toContain("Expected a bare git repository");
  });

  test("no edit goes through a link of the repository's, and no hidden test is written through one", async () => {
    const outside = mkdtempSync(join(tmpdir(), "aha-outside-"));
    writeFileSync(join(outside, "x.py"), "x = 1\n");
    writeFileSync(join(outside, "test_mean.py"), "kept\n");
    const links = { folder: `link: ${outside}`, "file.py": `link: ${outside}/x.py` };
    const folder = makePythonTask({}, links);
    const executor = openRepositoryExecutor(1);
    for (const edits of [
      block("folder/x.py", "x = 1\n", "x = 2\n"),
      block("folder/new.py", "", "x = 2\n"),
      block("file.py", "x = 1\n", "x = 2\n"),
      block("file.py/x", "", "x = 2\n"),
    ])
      expect(await executor.execute({ kind: "repository", folder }, edits)).toEqual({
        failed: false,
        verdict: { kind: "wrong", reason: expect.stringContaining("link") as string },
      });
    const hiding = makePythonTask(
      {
        hiddenTests: ["folder/test_mean.py"],
        failToPass: ["folder/test_mean.py::test_mean[values0-3]"],
        passToPass: [],
      },
      links,
    );
    mkdirSync(join(hiding, "hidden/folder"));
    copyFileSync(join(hiding, "hidden/tests/test_mean.py"), join(hiding, "hidden/folder/test_mean.py"));
    expect(await executor.execute({ kind: "repository", folder: hiding }, PYTHON_GOLD)).toEqual({
      failed: false,
      verdict: { kind: "right" },
    });
    await executor.stop();
    expect(readdirSync(outside).sort()).toEqual(["test_mean.py", "x.py"]);
    expect(readFileSync(join(outside, "x.py"), "utf8")).toBe("x = 1\n");
    expect(readFileSync(join(outside, "test_mean.py"), "utf8")).toBe("kept\n");
    for (const made of [folder, hiding, outside]) rmSync(made, { recursive: true });
  });

  test("a time-out is wrong where the base commit was quick, and says nothing where it was slow", async () => {
    const slowTest =
      "import time\nfrom stats.mean import mean\n\n\ndef test_mean():\n    time.sleep(SECONDS)\n    assert mean([2, 4]) == 3\n";
    const executor = openRepositoryExecutor(1);
    const judge = async (seconds: number): Promise<unknown> => {
      const folder = makePythonTask({
        failToPass: ["tests/test_mean.py::test_mean"],
        passToPass: [],
        budgets: { runSeconds: 6 },
      });
      writeFileSync(join(folder, "hidden/tests/test_mean.py"), slowTest.replace("SECONDS", String(seconds)));
      const loop = block(
        "stats/mean.py",
        "    return sum(values) / (len(values) - 1)\n",
        "    while True:\n        pass\n",
      );
      const { verdict, failed } = await executor.execute({ kind: "repository", folder }, loop);
      rmSync(folder, { recursive: true });
      return [verdict.kind, failed];
    };
    expect(await judge(0)).toEqual(["wrong", false]);
    expect(await judge(3)).toEqual(["unverifiable", false]);
    await executor.stop();
  }, 60_000);
});

function flakyTask(): string {
  const folder = makePythonTask({ failToPass: ["tests/test_mean.py::test_mean"], passToPass: [] });
  // Passes at first, and no longer when it runs for the third time: each run takes three seconds.
  const text = `import time\nfrom stats.mean import mean\n\n\ndef test_mean():\n    assert mean([2, 4]) == 3\n    early = time.time() < ${Date.now() / 1000 + 6}\n    time.sleep(3.1)\n    assert early\n`;
  writeFileSync(join(folder, "hidden/tests/test_mean.py"), text);
  return folder;
}
