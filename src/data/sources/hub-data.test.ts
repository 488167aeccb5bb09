import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { jsonLines } from "../../../test/contracts/data-files.ts";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import type { HubAccess } from "../../formats/hub/hub-access.ts";
import { readProblems } from "../read-problems.ts";
import { hubData } from "./hub-data.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const rows = (first: number, count: number): string =>
  jsonLines(...Array.from({ length: count }, (_, i) => ({ question: `${first + i}?`, answer: `so\n#### ${i}` })));
const CARD = `---
configs:
- config_name: main
  data_files:
  - split: train
    path: main/train-*
  - split: test
    path: main/test-*
- config_name: socratic
  data_files: socratic/*
---
`;
const FILES: Readonly<Record<string, string>> = {
  "README.md": CARD,
  "main/train-0.jsonl": rows(0, 30),
  "main/test-0.jsonl": rows(100, 5),
  "socratic/all.jsonl": rows(0, 30),
  "load_script.py": "raise SystemExit",
};

let server: Server;
let access: HubAccess;
let asked: string[];

beforeEach(async () => {
  asked = [];
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  access = { url, token: undefined, cache: join(temporaryFolder(), "hub"), offline: false };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** A hub with one data set. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url!, "http://hub");
  asked.push(pathname);
  const json = (value: object): void =>
    void response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  if (pathname.startsWith("/api/datasets/open/qa/revision/"))
    return json({ _id: "1", id: "open/qa", sha: COMMIT, private: false, downloads: 0, likes: 0, gated: false });
  if (pathname === `/api/datasets/open/qa/tree/${COMMIT}`) return json(Object.keys(FILES).map(listed));
  const content = FILES[pathname.replace(`/datasets/open/qa/resolve/${COMMIT}/`, "")];
  if (content === undefined) return void response.writeHead(404).end("{}");
  response.writeHead(200).end(content);
}

function listed(path: string): object {
  const bytes = Buffer.from(FILES[path]!);
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { type: "file", path, size: bytes.length, oid };
}

const read = (name: string, subset?: string): ReturnType<typeof readProblems> =>
  readProblems(name, {
    ...(subset === undefined ? {} : { subset }),
    fetch: (source, wanted) => hubData(source, wanted, { access }),
  });

test("a data set of the hub comes into the cache, the files of one configuration alone, with its splits", async () => {
  const file = await read("hf:datasets/open/qa", "main");
  expect(file).toMatchObject({ name: "hf:datasets/open/qa", files: 2, rule: "the data's own" });
  expect([file.indices.train.length, file.indices.heldOut.length]).toEqual([30, 5]);
  await file.close();
  const snapshot = join(access.cache, "datasets--open--qa", "snapshots", COMMIT);
  expect(existsSync(join(snapshot, "main/train-0.jsonl"))).toBe(true);
  expect(existsSync(join(snapshot, "socratic/all.jsonl"))).toBe(false);
  expect(asked.filter((path) => path.endsWith(".py"))).toEqual([]);

  // What is there isn't fetched again; without a network it is what there is.
  asked = [];
  const again = await read("hf:open/qa@main", "main");
  await again.close();
  expect(again.digest).toBe(file.digest);
  expect(asked.filter((path) => path.includes("/resolve/"))).toEqual([]);
  access = { ...access, offline: true };
  const offline = await read("hf:open/qa", "main");
  await offline.close();
  expect(offline.digest).toBe(file.digest);
});

test("what can't be had is one line", async () => {
  await expect(read("hf:open/qa")).rejects.toThrow(
    /to have one configuration, got 2: "main", "socratic"; name one as `subset`/,
  );
  await expect(read("hf:open/none")).rejects.toThrow(
    /Expected "hf:datasets\/open\/none@main" to be on the hub, got status 404/,
  );
  await expect(read("hf:../x")).rejects.toThrow(/a data set on the hub as hf:datasets\/owner\/name or hf:owner\/name/);
  access = { ...access, offline: true };
  await expect(read("hf:open/other")).rejects.toThrow(/in the cache .* as HF_HUB_OFFLINE is set, got none/);
});
