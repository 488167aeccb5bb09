import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Playground, PlaygroundEvent, PlaygroundSide } from "../../src/dashboard/api.ts";
import { startDashboard, type Dashboard } from "../../src/dashboard/server/index.ts";
import type { PlaygroundChoice } from "../../src/dashboard/server/playground/playground-models.ts";
import { temporaryFolder } from "../contracts/temporary-folder.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { ask, askJson, type Answer } from "./ask.ts";
import { makePlaygroundRun, type PlaygroundRun } from "./browser/playground-run.ts";

const QUESTION = { question: "2 7 9 make 25", temperature: 1, max_tokens: 60, n: 1, seed: 1 };

interface Served extends Pick<Dashboard, "port" | "close"> {
  readonly folder: string;
  readonly token: string;
}

/** A dashboard over one run that is called `a`. */
async function served(run: PlaygroundRun = {}, playground: PlaygroundChoice = {}): Promise<Served> {
  const folder = temporaryFolder();
  makePlaygroundRun(join(folder, "a"), run);
  const { port, close } = await startDashboard({ folder, port: 0, accessToken: null, playground });
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => (closed ??= close());
  onTestFinished(closeOnce);
  return { port, close: closeOnce, folder, token: await tokenOf(port) };
}

/** The token of the page, which stands in it. */
async function tokenOf(port: number, cookie: string = ""): Promise<string> {
  const { text } = await ask(port, "/", cookie === "" ? {} : { cookie });
  return /name="aha-token" content="([^"]+)"/.exec(text)![1]!;
}

interface Posted {
  readonly body?: unknown;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function post({ port, token }: Pick<Served, "port" | "token">, posted: Posted = {}): Promise<Answer> {
  const { body = QUESTION, path = "/api/runs/a/playground", method = "POST", headers = {}, signal } = posted;
  const content = typeof body === "string" ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        path,
        method,
        headers: { host: `127.0.0.1:${port}`, "x-aha-token": token, ...headers },
        ...(signal === undefined ? {} : { signal }),
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.on("error", reject);
    asked.end(content);
  });
}

async function events(server: Served, posted: Posted = {}): Promise<PlaygroundEvent[]> {
  const { status, text } = await post(server, posted);
  expect({ status, text: status === 200 ? "" : text }).toEqual({ status: 200, text: "" });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PlaygroundEvent);
}

function textOf(all: readonly PlaygroundEvent[], side: PlaygroundSide, sample = 0): string {
  const pieces = all.filter((event) => event.kind === "piece" && event.side === side && event.sample === sample);
  return pieces.map((event) => (event.kind === "piece" ? event.text : "")).join("");
}

const ofKind = <Kind extends PlaygroundEvent["kind"]>(
  all: readonly PlaygroundEvent[],
  kind: Kind,
): Extract<PlaygroundEvent, { kind: Kind }>[] =>
  all.filter((event): event is Extract<PlaygroundEvent, { kind: Kind }> => event.kind === kind);

/** Processes of Linux below this one that hold models. */
function playgrounds(): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const parent = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")[1];
      return parent === String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("playground-");
    } catch {
      // It ended meanwhile.
      return false;
    }
  });
}

describe("both models answer", () => {
  test("one prompt, the same draws, token by token, with what is to be seen in it", async () => {
    const server = await served();
    const all = await events(server, { body: { ...QUESTION, n: 2 } });
    expect(all[0]).toEqual({ kind: "prompt", text: "<bos> 2 7 9 make 25 :", tokens: 7 });
    const ends = ofKind(all, "end");
    expect(ends.map(({ side, sample }) => `${side} ${sample}`).sort()).toEqual([
      "base 0",
      "base 1",
      "trained 0",
      "trained 1",
    ]);
    expect(textOf(all, "base")).toMatch(/<answer>/);
    const both = (side: PlaygroundSide): string => `${textOf(all, side)} ${textOf(all, side, 1)}`;
    expect(both("base")).not.toBe(both("trained"));
    const base = ends.find(({ side, sample }) => side === "base" && sample === 0)!;
    expect(ofKind(all, "piece").length).toBeGreaterThan(ends.length * 5);
    const answer = base.spans.find(({ kind }) => kind === "answer");
    expect(base.stop).toBe("end");
    expect(textOf(all, "base").slice(0, answer!.from)).toMatch(/<answer> $/);
    // The same again, in the same process; another seed is another text.
    const [pid] = playgrounds();
    expect(textOf(await events(server), "base")).toBe(textOf(all, "base"));
    expect(playgrounds()).toEqual([pid]);
    const others = await events(server, { body: { ...QUESTION, n: 2, seed: 2 } });
    expect(`${textOf(others, "base")} ${textOf(others, "base", 1)}`).not.toBe(both("base"));
  });

  test("equal models write equal texts, and one that is cut says so", async () => {
    const all = await events(await served({ trained: "countdown-base" }), { body: { ...QUESTION, max_tokens: 5 } });
    expect(textOf(all, "trained")).toBe(textOf(all, "base"));
    expect(ofKind(all, "end").map(({ tokens, stop }) => [tokens, stop])).toEqual([
      [5, "length"],
      [5, "length"],
    ]);
  });

  test("questions are those of the task, or those that the run's evaluation kept", async () => {
    const { port } = await served();
    const { questions, missing } = await askJson<Playground>(port, "/api/runs/a/playground");
    expect(questions).toHaveLength(50);
    expect(questions[0]).toMatch(/^\d+ \d+ \d+ make \d+$/);
    expect(missing).toEqual({ base: null, trained: null });
    const kept = await served({
      config: { template: "r1-zero" },
      asked: [
        ["<b>one</b>", "x"],
        ["two", "y"],
        ["two", "y"],
      ],
    });
    expect((await askJson<Playground>(kept.port, "/api/runs/a/playground")).questions).toEqual(["<b>one</b>", "two"]);
  });

  test("what stood around the run's questions stands around this one, whatever task made it", async () => {
    const asked = ["1 2 make 3", "1 2"].map((question) => [question, `<bos> hmm ${question} but :`] as const);
    const all = await events(await served({ config: { template: "own", task: "./gone.ts" }, asked }));
    expect(ofKind(all, "prompt")[0]?.text).toBe("<bos> hmm 2 7 9 make 25 but :");
    const differing = [...asked, ["3 4 make 7", "<bos> wait 3 4 make 7 :"] as const];
    const other = await events(await served({ asked: differing }));
    expect(ofKind(other, "prompt")[0]?.text).toBe("<bos> 2 7 9 make 25 :");
  });

  test("a model with a chat template is asked as it was trained", async () => {
    const model = await tinyChatModel();
    const config = { template: "chat", system: "Be brief.", task: "" };
    const all = await events(await served({ base: model, trained: model, config }), {
      body: { ...QUESTION, question: "Why?", max_tokens: 3 },
    });
    const [prompt] = ofKind(all, "prompt");
    expect(prompt?.text).toContain("Be brief.");
    expect(prompt?.text).toContain("Why?\n\nFirst work the problem out between <think> and </think>");
    expect(textOf(all, "trained")).toBe(textOf(all, "base"));
  });

  test("a word that the models don't know is said in one line", async () => {
    const all = await events(await served(), { body: { ...QUESTION, question: "2 love 9" } });
    expect(all).toEqual([{ kind: "failed", message: expect.stringMatching(/got "love"/) as string }]);
  });
});

describe("a run without one of its models", () => {
  test("that goes on: the base answers alone", async () => {
    const server = await served({ trained: null });
    const { missing } = await askJson<Playground>(server.port, "/api/runs/a/playground");
    expect(missing).toEqual({
      base: null,
      trained: "There is no trained model in this run (final/); there is one when it is finished.",
    });
    const all = await events(server);
    expect(ofKind(all, "missing")).toEqual([{ kind: "missing", side: "trained", message: missing.trained }]);
    expect(ofKind(all, "end").map(({ side }) => side)).toEqual(["base"]);
  });

  test("that was copied without its base, and one with neither", async () => {
    const server = await served({ base: null });
    const all = await events(server);
    expect(ofKind(all, "missing")[0]?.message).toMatch(/^The run's base isn't in its folder \(checkpoints\/step-0\)/);
    expect(ofKind(all, "end").map(({ side }) => side)).toEqual(["trained"]);
    renameSync(join(server.folder, "a", "final"), join(server.folder, "a", "gone"));
    // The models are looked at anew.
    expect((await events(server)).map(({ kind }) => kind)).toEqual(["missing", "missing"]);
  });

  test.each([
    ["a link in a model", (final: string) => symlinkSync("/etc/hostname", join(final, "extra.json")), /"extra\.json"/],
    ["a run in a model", (final: string) => writeFileSync(join(final, "run.db"), ""), /"run\.db"/],
    ["a folder in a model", (final: string) => mkdirSync(join(final, "final")), /"final"/],
    [
      "an adapter that names its base",
      (final: string) => {
        renameSync(join(final, "model.safetensors"), join(final, "adapter_model.safetensors"));
        writeFileSync(join(final, "adapter_config.json"), JSON.stringify({ base_model_name_or_path: "owner/name" }));
      },
      /an adapter without its base/,
    ],
    [
      "a link to another model",
      (final: string) => {
        renameSync(final, `${final}-elsewhere`);
        symlinkSync(`${final}-elsewhere`, final);
      },
      /no folder of its own/,
    ],
    [
      "weights that are none",
      (final: string) => writeFileSync(join(final, "model.safetensors"), "x".repeat(100)),
      /model\.safetensors/,
    ],
  ])("%s isn't opened", async (_name, spoil, why) => {
    const server = await served();
    spoil(join(server.folder, "a", "final"));
    const [said] = ofKind(await events(server), "missing");
    expect(said).toMatchObject({ side: "trained", message: expect.stringMatching(why) as string });
    expect(said!.message).not.toContain("\n");
  });
});

test("a task module that a run names is never loaded, nor its data", async () => {
  const folder = temporaryFolder();
  const [module, ran] = [join(folder, "task.mjs"), join(folder, "ran")];
  writeFileSync(module, `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(ran)}, "");`);
  for (const config of [{ task: module }, { task: "", data: join(folder, "none.jsonl"), dataSha256: "0" }]) {
    const all = await events(await served({ config }));
    expect(ofKind(all, "end")).toHaveLength(2);
  }
  expect(existsSync(ran)).toBe(false);
});

describe("who may ask, and what", () => {
  test("only the dashboard's own page, by POST, with its token", async () => {
    const server = await served();
    const { port, token } = server;
    const status = async (posted: Posted): Promise<number> => (await post(server, posted)).status;
    expect(await status({ headers: { "x-aha-token": "" } })).toBe(403);
    expect(await status({ headers: { "x-aha-token": token.slice(1) } })).toBe(403);
    expect(await status({ headers: { origin: "https://evil.example" } })).toBe(403);
    expect(await status({ headers: { origin: `http://127.0.0.1:${port + 1}` } })).toBe(403);
    expect(await status({ headers: { "sec-fetch-site": "cross-site" } })).toBe(403);
    expect(await status({ headers: { host: `evil.example:${port}` } })).toBe(421);
    expect(await status({ method: "PUT" })).toBe(405);
    for (const path of ["/api/runs", "/api/runs/a", "/api/runs/a/playground/x", "/api/runs/a/b/playground", "/"])
      expect(await status({ path })).toBe(405);
    expect(await status({ path: "/api/runs/b/playground" })).toBe(404);
    expect(await status({ path: "/api/runs/..%2fa/playground" })).toBe(404);
    expect(playgrounds()).toEqual([]);
    expect(await status({ headers: { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" } })).toBe(
      200,
    );
  });

  test("where others can reach the dashboard, its token is needed too", async () => {
    const folder = temporaryFolder();
    makePlaygroundRun(join(folder, "a"));
    const dashboard = await startDashboard({ folder, port: 0, host: "0.0.0.0" });
    onTestFinished(() => dashboard.close());
    const cookie = `aha-${dashboard.port}=${new URL(dashboard.url).searchParams.get("token")!}`;
    const server = { port: dashboard.port, token: await tokenOf(dashboard.port, cookie) };
    expect((await post(server)).status).toBe(401);
    expect((await post(server, { headers: { cookie: `${cookie}x` } })).status).toBe(401);
    expect((await post(server, { headers: { cookie } })).status).toBe(200);
  });

  test.each([
    ["no JSON", "{", 400, /JSON/],
    ["no object", "[]", 400, /JSON object/],
    ["no question", { ...QUESTION, question: " " }, 400, /`question`/],
    ["a question that is no text", { ...QUESTION, question: 1 }, 400, /`question`/],
    ["a long question", { ...QUESTION, question: "1 ".repeat(30_000) }, 400, /`question`/],
    ["many samples", { ...QUESTION, n: 5 }, 400, /`n` to be from 1 to 4, got 5/],
    ["many tokens", { ...QUESTION, max_tokens: 4097 }, 400, /`max_tokens` to be from 1 to 4096, got 4097/],
    ["a temperature that is none", { ...QUESTION, temperature: "hot" }, 400, /`temperature`/],
    ["a seed below nothing", { ...QUESTION, seed: -1 }, 400, /`seed`/],
    ["a large body", { ...QUESTION, more: "x".repeat(2 ** 18) }, 413, /at most 262144 bytes/],
  ])("%s is refused before any model is opened", async (_name, body, status, why) => {
    const server = await served();
    const answer = await post(server, { body });
    expect(answer.status).toBe(status);
    expect((JSON.parse(answer.text) as { error: string }).error).toMatch(why);
    expect(playgrounds()).toEqual([]);
  });
});

describe("the process of the models", () => {
  test("is ended when it takes too much memory, and the page is told", async () => {
    const server = await served({}, { megabytes: 30 });
    const { status, text } = await post(server);
    const last = text.trimEnd().split("\n").at(-1)!;
    expect(status === 200 ? (JSON.parse(last) as { message: string }).message : last).toMatch(
      /took more than the 30 MiB that it may/,
    );
    expect(playgrounds()).toEqual([]);
    expect((await ask(server.port, "/api/runs/a")).status).toBe(200);
  });

  test("ends when nothing is asked, begins again with the next question, and ends with the dashboard", async () => {
    const server = await served({}, { idleSeconds: 0.3 });
    expect(playgrounds()).toEqual([]);
    await events(server);
    await vi.waitFor(() => expect(playgrounds()).toEqual([]), { timeout: 20_000 });
    await events(server);
    await server.close();
    expect(playgrounds()).toEqual([]);
  });

  test("answers one question at a time; one whose page has left is ended", async () => {
    const server = await served();
    await events(server);
    const leaving = new AbortController();
    const long = { ...QUESTION, n: 4, max_tokens: 4096 };
    const first = post(server, { body: long, signal: leaving.signal }).catch(() => "left");
    await vi.waitFor(async () => expect((await post(server)).status).toBe(429), { timeout: 20_000 });
    leaving.abort();
    expect(await first).toBe("left");
    await vi.waitFor(async () => expect((await post(server)).status).toBe(200), { timeout: 20_000 });
    expect(playgrounds()).toHaveLength(1);
  });

  test("holds the models of one run at a time", async () => {
    const server = await served();
    makePlaygroundRun(join(server.folder, "b"), { trained: null });
    await events(server);
    const [pid] = playgrounds();
    expect(ofKind(await events(server, { path: "/api/runs/b/playground" }), "end")).toHaveLength(1);
    expect(playgrounds()).toHaveLength(1);
    expect(playgrounds()).not.toEqual([pid]);
  });
});
