import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { askProcess, type ProcessEnd } from "./ask-process.ts";

const folder = mkdtempSync(join(tmpdir(), "aha-asked-"));
afterAll(() => rmSync(folder, { recursive: true }));

const TELL = "const tell = (told) => process.send(told); process.on('disconnect', () => process.exit(0));";

/** Asks a program of these words for 2 s. */
async function asked(
  words: string,
  seconds = 20,
  signal?: AbortSignal,
): Promise<ProcessEnd & { readonly news: unknown[] }> {
  const program = join(folder, `program-${words.length}-${seconds}.mjs`);
  writeFileSync(program, `${TELL}\nprocess.once("message", (request) => { ${words} });`);
  const news: unknown[] = [];
  const end = await askProcess({
    program: [program],
    request: { n: 7 },
    seconds,
    signal,
    onNews: (one) => news.push(one),
  });
  return { ...end, news };
}

test("a program's news come in their order, and its end", async () => {
  expect(await asked("tell({ news: request.n }); tell({ news: 8 }); tell({ done: true });")).toMatchObject({
    news: [7, 8],
    problem: null,
  });
});

test("its error is a problem in one line, and what it wrote is kept", async () => {
  const { problem, log } = await asked("console.error('words'); tell({ failed: 'no power' });");
  expect(problem).toBe("no power");
  expect(log).toContain("words");
});

test("one that a native library takes down is told of, with the news before", async () => {
  const { news, problem } = await asked("process.send({ news: 1 }, () => process.abort());");
  expect(news).toEqual([1]);
  expect(problem).toMatch(/^its process was ended \((SIGABRT|exit code \d+)\)$/);
});

test("one that doesn't answer is ended after its time", async () => {
  expect((await asked("for (;;);", 1)).problem).toBe("it took longer than 1 s");
});

test("an abort ends it and is thrown", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 300);
  await expect(asked("setTimeout(() => {}, 60_000);", 60, stop.signal)).rejects.toThrow("enough");
});

test("a program that isn't there is a problem", async () => {
  const gone = { program: [join(folder, "gone.mjs")], request: {}, seconds: 20, onNews: () => undefined };
  const { problem, log } = await askProcess(gone);
  expect(problem).toBe("its process was ended (exit code 1)");
  expect(log).toContain("gone.mjs");
});

test("it has the environment that it is given, else this process's without secrets", async () => {
  process.env["AHA_CUDA"] = "/cuda";
  process.env["AHA_API_KEY"] = "s";
  const told = async (environment?: Record<string, string>): Promise<unknown[]> => {
    const program = join(folder, "environment.mjs");
    const names = '["AHA_CUDA", "AHA_API_KEY", "NVIDIA_TF32_OVERRIDE"]';
    const words = `process.send({ news: ${names}.map((name) => process.env[name] ?? null) }, () => process.exit(0));`;
    writeFileSync(program, `process.once("message", () => { ${words} });`);
    const news: unknown[] = [];
    const given = environment === undefined ? {} : { environment };
    await askProcess({ program: [program], request: {}, seconds: 20, onNews: (one) => news.push(one), ...given });
    return news;
  };
  try {
    expect(await told()).toEqual([["/cuda", null, null]]);
    expect(await told({ NVIDIA_TF32_OVERRIDE: "0" })).toEqual([[null, null, "0"]]);
  } finally {
    delete process.env["AHA_CUDA"];
    delete process.env["AHA_API_KEY"];
  }
});
