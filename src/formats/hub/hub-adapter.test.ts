import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { loadCheckpoint } from "../checkpoint.ts";
import { modelFiles } from "../model-files.ts";

const ADAPTER = fileURLToPath(new URL("../../../test/parity/adapters/llama-all", import.meta.url));
const LLAMA = fileURLToPath(new URL("../../../test/parity/fixtures/llama", import.meta.url));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const [CONFIG, WEIGHTS] = ["adapter_config.json", "adapter_model.safetensors"];

let server: Server;
let folder: string;
/** The repositories of the hub: what files they have. */
let repositories: Map<string, Map<string, Buffer>>;
let asked: string[];

const filesOf = (from: string, names: readonly string[]): Map<string, Buffer> =>
  new Map(names.map((name) => [name, readFileSync(join(from, name))]));
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

beforeEach(async () => {
  asked = [];
  repositories = new Map([
    ["org/base", filesOf(LLAMA, ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"])],
    ["org/adapter", filesOf(ADAPTER, [CONFIG, WEIGHTS])],
  ]);
  named("org/base");
  server = createServer((request, response) => {
    const [, repo = "", rest = ""] = /^\/(?:api\/models\/)?(\w+\/\w+)\/(.*?)(?:\?|$)/.exec(request.url!) ?? [];
    asked.push(repo);
    const files = repositories.get(repo);
    const info = { _id: "1", id: repo, sha: COMMIT, private: false, downloads: 0, likes: 0, gated: false };
    const listed = [...(files ?? [])].map(([path, bytes]) => {
      const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
      return { type: "file", path, size: bytes.length, oid };
    });
    const made = new Map([
      [`tree/${COMMIT}`, json(listed)],
      ["revision/main", json({ ...info, lastModified: "2026-01-01T00:00:00.000Z" })],
    ]);
    const body = made.get(rest) ?? files?.get(rest.replace(`resolve/${COMMIT}/`, ""));
    if (files === undefined || body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  folder = temporaryFolder();
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("HF_HOME", join(folder, "cache"));
  for (const name of ["HF_TOKEN", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
    vi.stubEnv(name, "");
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Lets the adapter of the hub name this base. */
function named(base: string): void {
  const files = repositories.get("org/adapter")!;
  const { revision: _revision, ...config } = JSON.parse(files.get(CONFIG)!.toString()) as Record<string, unknown>;
  files.set(CONFIG, json({ ...config, base_model_name_or_path: base }));
}

/** The same adapter in a folder, on the base that lies here. */
async function expected(): Promise<Float32Array> {
  const here = join(folder, "here");
  mkdirSync(here);
  for (const [name, bytes] of repositories.get("org/adapter")!) writeFileSync(join(here, name), bytes);
  return (await loadCheckpoint(`${here}+${LLAMA}`)).parameters;
}

test("an adapter of the hub is loaded on its base of the hub, and again from the cache", async () => {
  const { parameters } = await loadCheckpoint("hf:org/adapter");
  expect(parameters).toEqual(await expected());
  expect(parameters).not.toEqual((await loadCheckpoint(LLAMA)).parameters);
  expect(new Set(asked)).toEqual(new Set(["org/adapter", "org/base"]));
  server.close();
  server.closeAllConnections();
  expect((await loadCheckpoint("hf:org/adapter")).parameters).toEqual(parameters);
});

test("the base that it was named with counts, whatever its file says", async () => {
  named("/content/drive/MyDrive/base");
  await expect(loadCheckpoint("hf:org/adapter")).rejects.toThrow(
    /it was trained on another machine or in another folder: name the base behind the adapter, .*\+hf:owner\/name\.$/,
  );
  const { parameters } = await loadCheckpoint("hf:org/adapter+hf:org/base");
  expect((await loadCheckpoint(`hf:org/adapter+${LLAMA}`)).parameters).toEqual(parameters);
  expect(parameters).toEqual(await expected());
  const { main } = await modelFiles(`hf:org/adapter+${LLAMA}`);
  expect(main.filter((path) => path.startsWith(LLAMA))).toHaveLength(3);
});

test("what its trainer saved beside it comes too, and nothing else", async () => {
  const files = repositories.get("org/adapter")!;
  files.set("chat_template.jinja", Buffer.from("T"));
  files.set("optimizer.pt", Buffer.from("x"));
  const { tokenizer, folder: snapshot } = await loadCheckpoint("hf:org/adapter");
  expect(tokenizer.config["chat_template"]).toBe("T");
  expect(readdirSync(snapshot).toSorted()).toEqual([CONFIG, WEIGHTS, "chat_template.jinja"].toSorted());
});

test("a whole model with an adapter beside it is the model", async () => {
  for (const [name, bytes] of repositories.get("org/adapter")!) repositories.get("org/base")!.set(name, bytes);
  const { parameters, folder: snapshot } = await loadCheckpoint("hf:org/base");
  expect(parameters).toEqual((await loadCheckpoint(LLAMA)).parameters);
  expect(existsSync(join(snapshot, WEIGHTS))).toBe(false);
});

test.each([
  ["adapter_model.bin", /got adapter_model\.bin alone, a file of PyTorch .* save_pretrained writes safetensors/],
  ["README.md", /Expected adapter_model\.safetensors beside adapter_config\.json in hf:org\/adapter, got none/],
])("an adapter whose weights are %s is told what it is", async (name, message) => {
  const files = repositories.get("org/adapter")!;
  files.delete(WEIGHTS);
  files.set(name, Buffer.from("x"));
  await expect(loadCheckpoint("hf:org/adapter")).rejects.toThrow(message);
});

test("a base behind a whole model, or an adapter as one, ends in one line", async () => {
  await expect(loadCheckpoint(`${LLAMA}+hf:org/base`)).rejects.toThrow(/Expected an adapter before the base/);
  await expect(loadCheckpoint("hf:org/adapter+hf:org/adapter")).rejects.toThrow(
    /another adapter; merge that one first/,
  );
});

test("a plus in a folder's name is none of ours", async () => {
  const path = join(folder, "a+b");
  cpSync(LLAMA, path, { recursive: true });
  expect((await loadCheckpoint(path)).parameters.length).toBeGreaterThan(0);
  rmSync(path, { recursive: true });
  await expect(loadCheckpoint(path)).rejects.toThrow(/no such file or folder/);
});
