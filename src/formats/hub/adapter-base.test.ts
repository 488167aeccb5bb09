import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from "vitest";
import { temporaryFolder } from "../../../test/contracts/temporary-folder.ts";
import { CheckpointError } from "../../errors.ts";
import { loadCheckpoint } from "../checkpoint.ts";

const ADAPTER = fileURLToPath(new URL("../../../test/parity/adapters/llama-all", import.meta.url));
const LLAMA = fileURLToPath(new URL("../../../test/parity/fixtures/llama", import.meta.url));
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

let server: Server;
let asked: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
let said: MockInstance;
let folder: string;

/** A hub that has nothing without a token, and says of all it is asked. */
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push({ path: request.url!, headers: request.headers });
    response.writeHead(401, { "content-type": "application/json" }).end('{"error":"no"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  folder = temporaryFolder();
  vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("HF_TOKEN", "hf_mine");
  vi.stubEnv("HF_HOME", join(folder, "cache"));
  for (const name of ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
    vi.stubEnv(name, "");
  said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** An adapter that names a base, with another fault where there is one. */
function adapterOf(base: string, changes: object = {}): string {
  const to = join(folder, "adapter");
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  for (const name of ["adapter_config.json", "adapter_model.safetensors"]) cpSync(join(ADAPTER, name), join(to, name));
  const path = join(to, "adapter_config.json");
  const { revision: _revision, ...json } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, JSON.stringify({ ...json, base_model_name_or_path: base, ...changes }));
  return to;
}

const spoken = (): string => said.mock.calls.map(([text]) => String(text)).join("");

test.each([
  ["evil/model", {}, "evil/model"],
  ["hf:evil/model", {}, "evil/model"],
  ["evil/model", { revision: "v2" }, "evil/model@v2"],
])("a base %j with %j is fetched aloud and without the user's token", async (base, changes, name) => {
  const path = adapterOf(base, changes);
  await expect(loadCheckpoint(path)).rejects.toThrow(
    /to be public, as your token is not sent for a name that a file says; .*`aha preview hf:evil\/model/,
  );
  expect(spoken()).toBe(`Fetching hf:${name}, the base that the adapter in ${path} names.\n`);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
});

test("a base that the cache holds is loaded without a word", async () => {
  const repo = join(folder, "cache", "hub", "models--org--base");
  mkdirSync(join(repo, "refs"), { recursive: true });
  writeFileSync(join(repo, "refs", "main"), COMMIT);
  cpSync(LLAMA, join(repo, "snapshots", COMMIT), { recursive: true });
  expect((await loadCheckpoint(adapterOf("org/base"))).config.layers).toBeGreaterThan(0);
  expect([asked, spoken()]).toEqual([[], ""]);
});

test.each<readonly [string, (path: string) => void]>([
  ["no weights", (path) => rmSync(join(path, "adapter_model.safetensors"))],
  ["weights that are none", (path) => writeFileSync(join(path, "adapter_model.safetensors"), "x")],
  [
    "the tensors of a whole model",
    (path) => cpSync(join(LLAMA, "model.safetensors"), join(path, "adapter_model.safetensors")),
  ],
  [
    "another rank",
    (path) =>
      writeFileSync(
        join(path, "adapter_config.json"),
        readFileSync(join(path, "adapter_config.json"), "utf8").replace(/"r":\s*\d+/, '"r": 77'),
      ),
  ],
])("an adapter with %s is refused before anything is fetched", async (_what, spoil) => {
  const path = adapterOf("evil/model");
  spoil(path);
  await expect(loadCheckpoint(path)).rejects.toThrow(CheckpointError);
  expect([asked, spoken()]).toEqual([[], ""]);
});

test.each([
  "\\\\server\\share\\model",
  "//server/share/model",
  "\\\\?\\UNC\\server\\share",
  "file://server/model",
  "http://127.0.0.1/model",
  " //server/share",
])("a base on a share or at an address, %j, is refused without a look", async (base) => {
  await expect(loadCheckpoint(adapterOf(base))).rejects.toThrow(/a share or an address; copy the base here/);
  expect(asked).toEqual([]);
});

test("a base in the hub that is an adapter itself ends in one line", async () => {
  const repo = join(folder, "cache", "hub", "models--org--base");
  const snapshot = join(repo, "snapshots", COMMIT);
  mkdirSync(join(repo, "refs"), { recursive: true });
  writeFileSync(join(repo, "refs", "main"), COMMIT);
  const path = adapterOf("org/base");
  cpSync(path, snapshot, { recursive: true });
  await expect(loadCheckpoint(path)).rejects.toThrow(CheckpointError);
});
