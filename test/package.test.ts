import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

describe.sequential("the packed package", () => {
  let folder = "";
  // No CUDA libraries, and no words from npm about itself.
  const env = {
    ...process.env,
    ONNXRUNTIME_NODE_INSTALL: "skip",
    npm_config_loglevel: "error",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
  const inFolder = (command: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(command, words, { cwd: folder, env, maxBuffer: 2 ** 24 });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aha-package-"));
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    await run("npm", ["pack", "--pack-destination", folder], { cwd: root, env });
    const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    await inFolder("npm", "install", "--prefer-offline", `./${tarball}`);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("holds what users need, and nothing of ours", () => {
    const files = readdirSync(join(folder, "node_modules", manifest.name), { recursive: true, encoding: "utf8" }).map(
      (path) => path.replaceAll("\\", "/"),
    );
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/cli/main.js", "models"]));
    expect(files).toEqual(expect.arrayContaining(["examples/own-loop.ts", "docs/guides", "CHANGELOG.md"]));
    expect(files.filter((path) => /\.test\.|\.map$|^(src|test|scripts|node_modules)(\/|$)/.test(path))).toEqual([]);
    expect(files.filter((path) => /^docs\/(?!guides|[\w-]+\.(md|svg)$)/.test(path))).toEqual([]);
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

  test("npx aha --help", async () => {
    const { stdout } = await inFolder("npx", "aha", "--help");
    expect(stdout).toMatch(/^Usage: aha /);
  }, 60_000);

  test("npx aha doctor finds the engine", async () => {
    const { stdout } = await inFolder("npx", "aha", "doctor", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      engine: { problem: null, version: manifest.dependencies["onnxruntime-node"] },
    });
  }, 60_000);
});
