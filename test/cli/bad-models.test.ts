import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { COMPOSITIONS } from "../../src/cli/wiring.ts";
import { ggufBytes, ggufWith, entry, smallGguf, u32 } from "../fuzz/gguf-file.ts";
import { fakeHost } from "./fake-host.ts";

const MODEL = fileURLToPath(new URL("../parity/fixtures/llama", import.meta.url));
const MEGABYTE = 2 ** 20;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "aha-bad-model-"));
  vi.stubEnv("HF_HOME", join(folder, "hub"));
  for (const name of [
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_TOKEN_PATH",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "TRANSFORMERS_OFFLINE",
  ])
    vi.stubEnv(name, "");
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** The one line that the command ends with. Nothing is written, and no memory spent on the model. */
async function lineOf(model: string, command: readonly string[] = ["eval"]): Promise<string> {
  const host = fakeHost();
  const before = process.memoryUsage();
  const words =
    command[0] === "zero" ? [...command, "--run", join(folder, "run"), "--model", model] : [...command, model];
  const code = await runCommandLine(words, host, COMPOSITIONS);
  const after = process.memoryUsage();
  const { out, error } = host.written();
  expect([code, out], error).toEqual([2, ""]);
  expect(error).toMatch(/^aha: [^\n]+[.?]\n$/);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(64 * MEGABYTE);
  return error;
}

/** A copy of a small model with something broken. */
function broken(breakIt: (model: string) => void): string {
  const model = join(folder, "model");
  cpSync(MODEL, model, { recursive: true });
  breakIt(model);
  return model;
}

function editConfig(model: string, changes: object): void {
  const path = join(model, "config.json");
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, "utf8")) as object), ...changes }));
}

/** The weights under other names, as an index has them. */
function shard(model: string, missing: boolean): void {
  const weights = join(model, "model.safetensors");
  const bytes = readFileSync(weights);
  const names = Object.keys(
    JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as object,
  ).filter((name) => name !== "__metadata__");
  rmSync(weights);
  if (!missing) writeFileSync(join(model, "model-00001-of-00001.safetensors"), bytes);
  writeFileSync(
    `${weights}.index.json`,
    JSON.stringify({ weight_map: Object.fromEntries(names.map((name) => [name, "model-00001-of-00001.safetensors"])) }),
  );
}

describe.each([[["eval"]], [["sample"]], [["zero"]]])("aha %s names, in one line", (command) => {
  test.each<[string, (model: string) => void, RegExp]>([
    [
      "a folder without a tokenizer",
      (model) => rmSync(join(model, "tokenizer.json")),
      /tokenizer\.json, got no such file; is this a model folder\?/,
    ],
    [
      "a shard that is missing",
      (model) => shard(model, true),
      /model-00001-of-00001\.safetensors, one of 1 files with weights that model\.safetensors\.index\.json names, got no such file; copy it too\./,
    ],
    [
      "shapes that don't fit the config",
      (model) => editConfig(model, { intermediate_size: 64 }),
      /model\.layers\.0\.mlp\.gate_proj\.weight in .*model\.safetensors to have shape \[64, 32\], got \[48, 32\]; does config\.json belong to it\?/,
    ],
    [
      "a config that asks for gigabytes",
      (model) => editConfig(model, { hidden_size: 8192, intermediate_size: 16_384 }),
      /model\.embed_tokens\.weight in .* to have shape \[61, 8192\], got \[61, 32\]/,
    ],
    [
      "an unknown architecture",
      (model) => editConfig(model, { architectures: ["MambaForCausalLM"] }),
      /`architectures` in .*config\.json to be one of \[LlamaForCausalLM\], \[Qwen2ForCausalLM\], \[Qwen3ForCausalLM\].*, got \["MambaForCausalLM"\]; use a model with one of them\./,
    ],
  ])("%s", async (_, breakIt, words) => {
    expect(await lineOf(broken(breakIt), command)).toMatch(words);
  });

  test("a GGUF file with numbers of a type that isn't read, and the tensor", async () => {
    const whole = smallGguf();
    const path = join(folder, "m.gguf");
    const parts = {
      ...whole,
      tensors: whole.tensors.map((record, i) =>
        i === 3 ? record.map((piece) => (piece.kind === "format" ? { ...piece, bytes: u32(11) } : piece)) : record,
      ),
    };
    writeFileSync(path, ggufBytes(parts).bytes);
    expect(await lineOf(path, command)).toMatch(
      /tensor "blk\.0\.attn_k\.weight" in ".*m\.gguf" to have one of the types F32, F16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K, BF16, got "Q3_K"; convert it to one of them\./,
    );
  });

  test("a GGUF file of an unknown architecture", async () => {
    writeFileSync(join(folder, "m.gguf"), ggufWith([entry("general.architecture", "gemma3")]));
    expect(await lineOf(join(folder, "m.gguf"), command)).toMatch(
      /architecture of .*m\.gguf to be one of llama, qwen2, qwen3, got "gemma3"/,
    );
  });

  test("but no shard where all are there", async () => {
    const host = fakeHost();
    // The next thing that is wrong with this model is that its tokenizer can't write the task's questions.
    const model = broken((path) => shard(path, false));
    await runCommandLine(
      command[0] === "zero" ? ["zero", "--run", join(folder, "run"), "--model", model] : [...command, model],
      host,
      COMPOSITIONS,
    );
    expect(host.written().error).not.toMatch(/safetensors/);
  });
});

describe("a model of the hub", () => {
  let server: Server;
  let requests: number;
  beforeEach(async () => {
    requests = 0;
    server = createServer((request, response) => {
      requests++;
      const refused = request.headers.authorization === undefined ? 401 : 403;
      const status = request.url!.includes("/gated/") ? refused : 404;
      response.writeHead(status, { "content-type": "application/json" }).end('{"error":"no"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    vi.stubEnv("HF_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each(["eval", "zero"])("aha %s: one that is unknown", async (command) => {
    expect(await lineOf("hf:nobody/nothing", [command])).toBe(
      'aha: Expected "hf:nobody/nothing@main" to be on the hub, got status 404; check the name and the revision.\n',
    );
  });

  test("one that is gated, without a token and with one that isn't allowed", async () => {
    expect(await lineOf("hf:gated/model")).toMatch(
      /to be allowed to read "hf:gated\/model@main", got status 401 without a token; .*accept its terms on its page, and give a token that may read it as HF_TOKEN/,
    );
    vi.stubEnv("HF_TOKEN", "hf_notallowed");
    const line = await lineOf("hf:gated/model");
    expect(line).toMatch(/got status 403 with the token given/);
    expect(line).not.toContain("hf_notallowed");
  });

  test("a token that can't be one", async () => {
    vi.stubEnv("HF_TOKEN", "secret");
    expect(await lineOf("hf:gated/model")).toMatch(/a token of the hub to begin with hf_/);
    expect(requests).toBe(0);
  });

  test("no network", async () => {
    vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:9");
    expect(await lineOf("hf:some/model", ["zero"])).toMatch(
      /"hf:some\/model@main" from the hub, got no answer \(.*\); check the network, or name a folder that is on this machine/,
    );
  });

  test("HF_HUB_OFFLINE, and half a model in the cache", async () => {
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await lineOf("hf:some/model", ["zero"])).toMatch(
      /hf:some\/model at "main" in the cache ".*", as HF_HUB_OFFLINE is set, got none that is whole; unset it, or name a folder/,
    );
    const snapshot = join(folder, "hub", "hub", "models--some--model", "snapshots", "0".repeat(40));
    mkdirSync(snapshot, { recursive: true });
    mkdirSync(join(snapshot, "..", "..", "refs"));
    writeFileSync(join(snapshot, "..", "..", "refs", "main"), "0".repeat(40));
    cpSync(join(MODEL, "config.json"), join(snapshot, "config.json"));
    expect(await lineOf("hf:some/model")).toMatch(/got none that is whole/);
    expect(requests).toBe(0);
  });

  test.each(["hf:model", "hf:a/../b", "hf:a/b@../../c", "hf:a/b\u001b[31m"])("%j, which is no name", async (name) => {
    expect(await lineOf(name)).toMatch(/a model on the hub as hf:owner\/name/);
    expect(requests).toBe(0);
  });
});
