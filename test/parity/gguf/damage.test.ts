import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CheckpointError, TokenizerError } from "../../../src/errors.ts";
import { loadCheckpoint } from "../../../src/model/checkpoint.ts";

const whole = readFileSync(new URL("llama-q8.gguf", import.meta.url));
/** Where the numbers begin; what stands before is header. */
const HEADER = whole.indexOf("output_norm.weight") + 40;
const folder = mkdtempSync(join(tmpdir(), "aha-gguf-"));
const path = join(folder, "damaged.gguf");

/** What a damaged file may end in: a model, or an error that explains itself. */
async function outcome(bytes: Uint8Array): Promise<"loaded" | "refused"> {
  writeFileSync(path, bytes);
  try {
    await loadCheckpoint(path);
    return "loaded";
  } catch (error) {
    if (!(error instanceof CheckpointError || error instanceof TokenizerError)) throw error;
    expect(error.message).not.toContain("\n");
    return "refused";
  }
}

let before = 0;
beforeAll(() => {
  before = process.memoryUsage().rss;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  // Headers may claim any size; what is allocated follows the file.
  expect(process.memoryUsage().rss - before).toBeLessThan(5e8);
});

test("the file as it is loads", async () => {
  expect(await outcome(whole)).toBe("loaded");
});

test("2,000 files with changed bytes in the header", { timeout: 300_000 }, async () => {
  const change = fc.record({ at: fc.nat(HEADER), byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)) });
  const counts = { loaded: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const bytes = Uint8Array.from(whole);
      for (const { at, byte } of changes) bytes[at] = byte;
      counts[await outcome(bytes)]++;
    }),
    { numRuns: 2000 },
  );
  expect(counts.refused).toBeGreaterThan(500);
});

test("1,000 files with hostile numbers in the header", { timeout: 300_000 }, async () => {
  const hostile = fc.record({ at: fc.nat(HEADER), value: fc.constantFrom(0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n) });
  await fc.assert(
    fc.asyncProperty(hostile, async ({ at, value }) => {
      const bytes = Buffer.from(whole);
      bytes.writeBigUInt64LE(value, at);
      await outcome(bytes);
    }),
    { numRuns: 1000 },
  );
});

test("files that are cut at any place are refused", { timeout: 120_000 }, async () => {
  for (let length = 0; length < whole.length; length += 61) expect(await outcome(whole.subarray(0, length)), String(length)).toBe("refused");
  expect(await outcome(whole.subarray(0, whole.length - 40))).toBe("refused");
});
