import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { CheckpointError } from "../../errors.ts";
import { fetchModel } from "./fetch-model.ts";
import { tokenOf, type HubAccess } from "./hub-access.ts";
import { parseHubSpec } from "./hub-spec.ts";
import { isPlainHttp } from "../../host/plain-http.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const MODEL = new URL("../../../test/parity/fixtures/llama/", import.meta.url);
const TOKEN = "hf_secret";

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

interface Entry {
  readonly type: string;
  readonly path: unknown;
  readonly size: unknown;
  readonly oid: unknown;
}

interface Hub {
  readonly url: string;
  /** Paths that were asked for, with the token if one came. */
  readonly asked: string[];
}

const json = (response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void =>
  void response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));
const bytesOf = (name: string): Buffer => readFileSync(new URL(name, MODEL));
const entry = (path: string, changes: Partial<Entry> = {}): Entry => {
  const bytes = bytesOf(path);
  return {
    type: "file",
    path,
    size: bytes.length,
    oid: createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex"),
    ...changes,
  };
};
const ENTRIES: readonly Entry[] = ["config.json", "tokenizer.json", "model.safetensors"].map((name) => entry(name));

async function serve(reply: Reply): Promise<Hub> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push(
      `${new URL(request.url!, "http://hub").pathname}${authorization === undefined ? "" : ` ${authorization}`}`,
    );
    response.on("error", () => undefined);
    reply(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** A hub that works but for what a test changes. */
function hub({ info, tree, file }: { info?: Reply; tree?: Reply; file?: Reply }): Promise<Hub> {
  return serve((request, response) => {
    const { pathname } = new URL(request.url!, "http://hub");
    if (pathname.includes("/revision/")) return (info ?? ((_, out) => json(out, { sha: COMMIT })))(request, response);
    if (pathname.includes("/tree/")) return (tree ?? ((_, out) => json(out, ENTRIES)))(request, response);
    return (file ?? ((_, out) => void out.end(bytesOf(pathname.split("/").at(-1)!))))(request, response);
  });
}

/** Writes for as long as somebody reads. */
const endless =
  (chunk: Buffer | string): Reply =>
  (_, response) => {
    const more = (): void => void (!response.destroyed && response.write(chunk, more));
    more();
  };

const access = ({ url }: Hub, changes: Partial<HubAccess> = {}): HubAccess => ({
  url,
  token: TOKEN,
  cache: temporaryFolder(),
  offline: false,
  patience: 0.5,
  ...changes,
});
const fetching = (from: HubAccess, signal?: AbortSignal): Promise<unknown> =>
  fetchModel(parseHubSpec("hf:open/model"), { access: from, ...(signal === undefined ? {} : { signal }) });

async function failure(from: HubAccess): Promise<string> {
  const error = await fetching(from).then(
    () => expect.fail("it came"),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(CheckpointError);
  const { message } = error as Error;
  expect(message).not.toContain("\n");
  expect(message).not.toContain(TOKEN);
  return message;
}

describe("an answer about a model", () => {
  const page = JSON.stringify(ENTRIES);
  const bomb = gzipSync(Buffer.alloc(2 ** 26 + 1, " "));
  test.each<[string, Parameters<typeof hub>[0], RegExp]>([
    [
      "without an end",
      { info: endless(Buffer.alloc(2 ** 20, " ")) },
      /got an answer of more than 67108864 bytes; check HF_ENDPOINT/,
    ],
    [
      "that is small only as it is sent",
      { info: (_, out) => void out.writeHead(200, { "content-encoding": "gzip" }).end(bomb) },
      /more than 67108864 bytes/,
    ],
    ["that never comes", { info: () => undefined }, /got no whole answer within 0\.5 seconds/],
    [
      "that comes by drips",
      { tree: (_, out) => void setInterval(() => out.write(" "), 50).unref() },
      /got no whole answer within 0\.5 seconds/,
    ],
    [
      "of a million levels",
      { tree: (_, out) => void out.end("[".repeat(1e6) + "]".repeat(1e6)) },
      /an answer that is no JSON of at most 64 levels/,
    ],
    ["that is no JSON", { tree: (_, out) => void out.end("<html>") }, /an answer that is no JSON;/],
    ["that is null", { info: (_, out) => json(out, null) }, /got an answer of another form/],
    ["with a list of nulls", { tree: (_, out) => json(out, [null]) }, /got an answer of another form/],
    [
      "with a commit elsewhere",
      { info: (_, out) => json(out, { sha: `../${COMMIT}` }) },
      /to name the commit of hf:open\/model, got "\.\.\/0123/,
    ],
    ["with a commit in a list", { info: (_, out) => json(out, { sha: [COMMIT] }) }, /to name the commit/],
    [
      "that redirects for ever",
      { info: (request, out) => void out.writeHead(302, { location: request.url! }).end() },
      /got more than 5 redirects/,
    ],
    [
      "that redirects to a file",
      { info: (_, out) => void out.writeHead(302, { location: "file:///etc/passwd" }).end() },
      /got a redirect to "file:\/\/\/etc\/passwd"/,
    ],
    [
      "with escapes in an error",
      {
        info: (_, out) =>
          void out.writeHead(500, { "content-type": "application/json" }).end('{"error":"\\u001b[2J\\n"}'),
      },
      /got status 500; try again later/,
    ],
    [
      "with endless pages",
      {
        tree: (request, out) =>
          void out.writeHead(200, { link: `<http://${request.headers.host}${request.url!}>; rel="next"` }).end(page),
      },
      /a list of more than 100 pages/,
    ],
  ])("%s is refused in one line", async (_, replies, says) => {
    expect(
      await failure(
        access(await hub(replies), _.includes("second") || says.source.includes("0\\.5") ? {} : { patience: 20 }),
      ),
    ).toMatch(says);
  });

  test("goes on at the hub's own origin alone: the token goes to nobody else", async () => {
    const other = await serve((_, out) => json(out, []));
    const message = await failure(
      access(
        await hub({
          tree: (_, out) =>
            json(out, ENTRIES, { link: `<${other.url}/api/models/open/model/tree/${COMMIT}?cursor=2>; rel="next"` }),
        }),
      ),
    );
    expect(message).toContain(`a list that goes on at "${other.url}/api`);
    expect(other.asked).toEqual([]);
  });
});

describe("files", () => {
  test.each<[string, Partial<Entry>, RegExp]>([
    [
      "a tokenizer of petabytes",
      { path: "tokenizer.json", size: 9e15 },
      /Expected "tokenizer\.json" of hf:open\/model to have at most 33554432 bytes, got 9000000000000000/,
    ],
    ["a configuration of 2 MB", { path: "config.json", size: 2_000_000 }, /"config\.json" .* at most 1048576 bytes/],
    [
      "weights larger than the disk",
      { path: "model.safetensors", size: 9e15 },
      /Expected 9000000000 MB of free disk for hf:open\/model in ".*", got \d+; free some, or set HF_HUB_CACHE/,
    ],
    ["a negative size", { path: "model.safetensors", size: -1 }, /to give a hash and a size/],
    ["a size as a text", { path: "model.safetensors", size: "5" }, /to give a hash and a size/],
    ["a hash with a path", { path: "model.safetensors", oid: "../../../x" }, /to give a hash and a size/],
    ["a hash in a list", { path: "model.safetensors", oid: ["0".repeat(40)] }, /to give a hash and a size/],
  ])("%s: nothing is fetched", async (_, changes, says) => {
    const one = await hub({
      tree: (__, out) =>
        json(
          out,
          ENTRIES.map((each) => (each.path === changes.path ? { ...each, ...changes } : each)),
        ),
    });
    expect(await failure(access(one))).toMatch(says);
    expect(one.asked.filter((path) => path.includes("/resolve/"))).toEqual([]);
  });

  test("of other names are not taken: nothing leaves the snapshot", async () => {
    const names = [
      "../evil",
      "/tmp/evil",
      "..\\evil",
      "C:\\evil",
      "evil\0.safetensors",
      "con",
      "model-1-of-2.safetensors/../../evil",
      "config.json ",
      "ｍodel.safetensors",
      7,
      null,
      { toString: "x" },
    ];
    const one = await hub({
      tree: (_, out) => json(out, [...names.map((path) => ({ ...ENTRIES[0], path })), ...ENTRIES]),
    });
    const from = access(one);
    const { path } = (await fetching(from)) as { path: string };
    expect(readdirSync(path).toSorted()).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
    expect(readdirSync(join(from.cache, "models--open--model")).toSorted()).toEqual(["blobs", "refs", "snapshots"]);
    expect(one.asked.filter((asked) => asked.includes("evil"))).toEqual([]);
  });

  test("of 1,001 shards are too many", async () => {
    const shards = Array.from({ length: 1001 }, (_, i) => ({ ...ENTRIES[2], path: `model-${i}-of-1001.safetensors` }));
    const one = await hub({
      tree: (_, out) =>
        json(out, [...ENTRIES.slice(0, 2), { ...ENTRIES[0], path: "model.safetensors.index.json" }, ...shards]),
    });
    expect(await failure(access(one))).toMatch(/at most 1000 files with weights, got 1001/);
  });

  test("may come from another host, which gets no token", async () => {
    const other = await serve((request, out) => void out.end(bytesOf(request.url!.slice(1))));
    const one = await hub({
      file: (request, out) =>
        void out.writeHead(302, { location: `${other.url}/${request.url!.split("/").at(-1)!}` }).end(),
    });
    await fetching(access(one));
    expect(one.asked.every((asked) => asked.endsWith(` Bearer ${TOKEN}`))).toBe(true);
    expect(other.asked).toEqual(["/config.json", "/tokenizer.json", "/model.safetensors"]);
  });

  test.each(["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "http://"])(
    "are not taken from %s, and are not asked for again",
    async (location) => {
      const one = await hub({ file: (_, out) => void out.writeHead(302, { location }).end() });
      expect(await failure(access(one))).toMatch(/to answer for ".*config\.json", got a redirect to/);
      expect(one.asked.filter((path) => path.includes("/resolve/"))).toHaveLength(1);
    },
  );

  test("that stop coming are given up on, and what came is kept", async () => {
    let answers = 0;
    const one = await hub({ file: (_, out) => (++answers === 1 ? void out.write("{") : undefined) });
    const from = access(one);
    expect(await failure(from)).toMatch(
      /got no answer \("no byte for 0\.5 seconds"\); .* What came is kept: the same command goes on\.$/,
    );
    expect(answers).toBe(2);
    const [partial] = readdirSync(join(from.cache, "models--open--model", "blobs"));
    expect(readFileSync(join(from.cache, "models--open--model", "blobs", partial!), "utf8")).toBe("{");
  });

  test("sent compressed are refused by their hash or size", async () => {
    const one = await hub({
      file: (_, out) => void out.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(10_000_000))),
    });
    expect(await failure(access(one))).toMatch(/to have \d+ bytes, got more/);
  });
});

test.each<[string, Parameters<typeof hub>[0]]>([
  ["the answer about the model", { info: () => undefined }],
  ["the list", { tree: (_, out) => void out.write("[") }],
  ["a file", { file: (_, out) => void out.write("{") }],
])("Ctrl-C ends the wait for %s at once", async (_, replies) => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const one = await hub(replies);
  const started = performance.now();
  setTimeout(() => controller.abort(reason), 300);
  await expect(fetching(access(one, { patience: 60 }), controller.signal)).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("what comes is said before it comes", async () => {
  const one = await hub({});
  const progress: [number, number][] = [];
  await fetchModel(parseHubSpec("hf:open/model"), {
    access: access(one),
    onProgress: (done, total) => progress.push([done, total]),
  });
  expect(progress[0]).toEqual([0, ENTRIES.reduce((sum, { size }) => sum + Number(size), 0)]);
});

test("the token is sent over TLS or to this machine alone; else a line says so, once", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  for (const url of ["https://hub.example", "http://127.0.0.1:80", "http://localhost", "http://[::1]:9"])
    expect(tokenOf({ url, token: TOKEN })).toBe(TOKEN);
  for (const url of ["http://hub.example", "http://10.0.0.1", "http://127.0.0.1.example", "http://localhost.example"])
    expect(tokenOf({ url, token: TOKEN })).toBeUndefined();
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    "The token of the hub is not sent to hub.example: HF_ENDPOINT is plain http, where others can read it; use https.",
  ]);
  expect(isPlainHttp("http://hub.example")).toBe(true);
});

test.each(["nonsense", "file:///etc", "javascript:0"])("HF_ENDPOINT as %s is refused", async (url) => {
  const from = access({ url, asked: [] });
  expect(await failure(from)).toMatch(/Expected HF_ENDPOINT to be an http or https address/);
  expect(existsSync(join(from.cache, "models--open--model"))).toBe(false);
});
