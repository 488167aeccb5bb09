import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointError } from "../../errors.ts";
import { loadCheckpoint } from "../checkpoint.ts";
import { fetchModel } from "./fetch-model.ts";
import { hubAccess, type HubAccess } from "./hub-access.ts";
import { parseHubSpec } from "./hub-spec.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const MODEL = new URL("../../../test/parity/fixtures/llama/", import.meta.url);
const WEIGHTS = "model.safetensors";

let folder: string;
let server: Server;
let url: string;
/** Paths that were asked for, with the range. */
let asked: string[];
/** What the hub answers in place of a file, once. */
let trouble: ((request: IncomingMessage, response: ServerResponse, body: Buffer) => void) | undefined;
let files: Map<string, Buffer>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "aha-hub-"));
  asked = [];
  trouble = undefined;
  files = new Map(
    ["config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS, "expected.json"].map((name) => [
      name,
      readFileSync(new URL(name, MODEL)),
    ]),
  );
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A hub with one open model, one that wants a token, and nothing else. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url!, "http://hub");
  asked.push(`${pathname}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`);
  const refuse = (status: number): void =>
    void response.writeHead(status, { "content-type": "application/json" }).end('{"error":"no"}');
  if (pathname.includes("/secret/") && request.headers.authorization !== "Bearer hf_right") return refuse(401);
  if (!/\/(open|secret)\/model\//.test(pathname)) return refuse(404);
  if (/\/api\/models\/\w+\/model\/revision\/main$/.test(pathname)) {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        _id: "1",
        id: "open/model",
        sha: COMMIT,
        private: false,
        downloads: 0,
        likes: 0,
        gated: false,
        lastModified: "2026-01-01T00:00:00.000Z",
      }),
    );
    return;
  }
  if (pathname.endsWith(`/tree/${COMMIT}`)) {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify(
        [...files].map(([path, bytes]) => ({ type: "file", path, size: bytes.length, ...hashes(path, bytes) })),
      ),
    );
    return;
  }
  const body = files.get(pathname.split("/").at(-1)!);
  if (body === undefined) return refuse(404);
  const once = pathname.endsWith(WEIGHTS) ? trouble : undefined;
  if (once !== undefined) {
    trouble = undefined;
    return once(request, response, body);
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200).end(body.subarray(from));
}

/** Large files by SHA-256, as the hub has them; small ones by Git's hash. */
function hashes(path: string, bytes: Buffer): object {
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return path === WEIGHTS
    ? { oid, lfs: { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 134 } }
    : { oid };
}

const access = (changes: Partial<HubAccess> = {}): HubAccess => ({
  url,
  token: undefined,
  cache: join(folder, "hub"),
  offline: false,
  ...changes,
});
const failure = async (spec: string, changes: Partial<HubAccess> = {}): Promise<Error> => {
  const error: unknown = await fetchModel(parseHubSpec(spec), { access: access(changes) }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  return error as Error;
};

describe("a model of the hub", () => {
  test("comes into the cache as Python's library lays it out, and loads", async () => {
    const progress: number[] = [];
    const { path, commit } = await fetchModel(parseHubSpec("hf:open/model"), {
      access: access(),
      onProgress: (done, total) => progress.push(done / total),
    });
    expect(commit).toBe(COMMIT);
    expect(path).toBe(join(folder, "hub", "models--open--model", "snapshots", COMMIT));
    expect(readFileSync(join(folder, "hub", "models--open--model", "refs", "main"), "utf8")).toBe(COMMIT);
    expect(readlinkSync(join(path, WEIGHTS))).toMatch(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/);
    // What isn't needed isn't fetched.
    expect(readdirSync(path).toSorted()).toEqual(["config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json"]);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect((await loadCheckpoint(path)).parameters).toEqual((await loadCheckpoint(MODEL.pathname)).parameters);
  });

  test("needs no network once it is there, by its branch or its commit", async () => {
    await fetchModel(parseHubSpec("hf:open/model"), { access: access() });
    const before = asked.length;
    await fetchModel(parseHubSpec("hf:open/model"), { access: access({ offline: true }) });
    await fetchModel(parseHubSpec(`hf:open/model@${COMMIT}`), { access: access() });
    expect(asked).toHaveLength(before);
  });

  test("goes on where the connection broke", async () => {
    trouble = (_request, response, body) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 5000));
      setTimeout(() => response.destroy(), 200);
    };
    const { path } = await fetchModel(parseHubSpec("hf:open/model"), { access: access() });
    expect(asked.filter((one) => one.includes(WEIGHTS)).at(-1)).toMatch(/ bytes=5000-$/);
    expect(readFileSync(join(path, WEIGHTS))).toEqual(files.get(WEIGHTS));
  });

  test("goes on where a kill left half a file", async () => {
    await fetchModel(parseHubSpec("hf:open/model"), { access: access() });
    const root = join(folder, "hub", "models--open--model");
    const blob = join(root, "blobs", createHash("sha256").update(files.get(WEIGHTS)!).digest("hex"));
    rmSync(join(root, "snapshots", COMMIT, WEIGHTS));
    rmSync(blob);
    writeFileSync(`${blob}.incomplete`, files.get(WEIGHTS)!.subarray(0, 777));
    const { path } = await fetchModel(parseHubSpec("hf:open/model"), { access: access() });
    expect(asked.at(-1)).toMatch(/ bytes=777-$/);
    expect(readFileSync(join(path, WEIGHTS))).toEqual(files.get(WEIGHTS));
  });

  test("is refused where other bytes come than were announced", async () => {
    trouble = (_request, response, body) => void response.end(Buffer.alloc(body.length));
    expect((await failure("hf:open/model")).message).toMatch(
      /to have the hash [0-9a-f]{64}, got [0-9a-f]{64}; what came is deleted/,
    );
    trouble = (_request, response, body) => void response.end(Buffer.concat([body, body]));
    expect((await failure("hf:open/model")).message).toMatch(/bytes, got more/);
    expect(existsSync(join(folder, "hub", "models--open--model", "snapshots", COMMIT, WEIGHTS))).toBe(false);
  });

  test("as a GGUF file of its own", async () => {
    files.set("m.gguf", readFileSync(new URL("../../../test/parity/gguf/llama.gguf", import.meta.url)));
    const { path } = await fetchModel(parseHubSpec("hf:open/model/m.gguf"), { access: access() });
    expect((await loadCheckpoint(path)).config.layers).toBe(2);
    expect((await failure("hf:open/model/other.gguf")).message).toMatch(/got no such file; it has "m\.gguf"/);
  });
});

describe("one clear line", () => {
  test("for an unknown model or revision", async () => {
    expect((await failure("hf:nobody/model")).message).toBe(
      'Expected "hf:nobody/model@main" to be on the hub, got status 404; check the name and the revision.',
    );
    expect((await failure("hf:open/model@other")).message).toMatch(/status 404/);
  });

  test("for a model that wants a token, or another one; no line shows it", async () => {
    expect((await failure("hf:secret/model")).message).toMatch(/got status 401 without a token; .* HF_TOKEN/);
    const { message } = await failure("hf:secret/model", { token: "hf_wrong" });
    expect(message).toMatch(/got status 401 with the token given/);
    expect(message).not.toContain("hf_wrong");
    expect((await failure("hf:secret/model", { token: "wrong" })).message).toMatch(/to begin with hf_/);
    await fetchModel(parseHubSpec("hf:secret/model"), { access: access({ token: "hf_right" }) });
  });

  test("for no network, and where none is wanted", async () => {
    expect((await failure("hf:open/model", { url: "http://127.0.0.1:9" })).message).toMatch(
      /got no answer \(.*\); check the network/,
    );
    expect((await failure("hf:open/model", { offline: true })).message).toMatch(/as HF_HUB_OFFLINE is set/);
    expect(asked).toHaveLength(0);
  });

  test("for a model without safetensors", async () => {
    files.delete(WEIGHTS);
    files.set("model.Q8_0.gguf", Buffer.of(1));
    expect((await failure("hf:open/model")).message).toMatch(
      /Expected weights in safetensors in hf:open\/model, got none; .*"model\.Q8_0\.gguf"/,
    );
  });

  test("for a model without a tokenizer", async () => {
    files.delete("tokenizer.json");
    expect((await failure("hf:open/model")).message).toMatch(/to hold config\.json, tokenizer\.json and weights/);
  });

  test.each(["hf:model", "hf:a/b/c", "hf:../../etc", "hf:a/..", "hf:a/b@../x", "hf:", "hf:a/b/../c.gguf"])(
    "for %s, which is no name",
    (text) => {
      expect(() => parseHubSpec(text)).toThrow(/Expected a model on the hub as hf:owner\/name/);
    },
  );
});

test("the environment is read as Python's library reads it", async () => {
  mkdirSync(join(folder, "home"));
  writeFileSync(join(folder, "home", "token"), "hf_saved\n");
  expect(await hubAccess({ HF_HOME: join(folder, "home") })).toEqual({
    url: "https://huggingface.co",
    token: "hf_saved",
    cache: join(folder, "home", "hub"),
    offline: false,
  });
  expect(
    await hubAccess({
      HF_HOME: join(folder, "home"),
      HF_TOKEN: "hf_given",
      HF_HUB_CACHE: "/c",
      HF_ENDPOINT: "http://mirror/",
      HF_HUB_OFFLINE: "1",
    }),
  ).toEqual({ url: "http://mirror", token: "hf_given", cache: "/c", offline: true });
});
