import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

function aha(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let error = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (error += chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, error }));
  });
}

describe("the built command", () => {
  test("--help", async () => {
    const { code, out, error } = await aha("--help");
    expect([code, error]).toEqual([0, ""]);
    expect(out).toContain("zero [options]");
  });

  test("an unknown flag: one line and code 2", async () => {
    expect(await aha("zero", "--group-sise", "4")).toEqual({
      code: 2,
      out: "",
      error: "aha: unknown option '--group-sise'. Did you mean --group-size?\n",
    });
  });

  test("doctor --json: the last line of standard output is one object", async () => {
    const { code, out, error } = await aha("doctor", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      node: process.version,
      engine: { problem: null },
    });
    expect(error).toContain("Verdict: ");
  });

  test("a reader that leaves is no failure", async () => {
    const child = spawn(process.execPath, [main, "zero", "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    let error = "";
    child.stderr.on("data", (chunk) => (error += chunk));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, error]).toEqual([0, ""]);
  });
});
