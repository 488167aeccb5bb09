/**
 * Runs one suite of damaged files in this process and prints a `FuzzReport` as JSON; `test/fuzz/fuzz.test.ts` starts it
 * with little memory. One case alone, by its number:
 *
 *   npx tsx test/fuzz/run-suite.ts gguf 1234
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CheckpointError, TokenizerError } from "../../src/errors.ts";
import { RandomStream, randomKey, splitKey } from "../../src/random.ts";
import { bufferBytes, countBuffers } from "./buffer-account.ts";
import type { FuzzReport, FuzzSuite, MakeSuite } from "./fuzz-suite.ts";
import { peakBytesResident } from "../../src/host/peak-memory.ts";

const SEED = 4;
/** One sentence or two, in printable characters. */
const ONE_LINE = /^Expected [^\p{Cc}\u2028\u2029\u202a-\u202e]{10,1000}[.?]$/u;
const [name = "", only] = process.argv.slice(2);

const folder = await mkdtemp(join(tmpdir(), "aha-fuzz-"));
try {
  const { makeSuite } = (await import(`./suites/${name}.ts`)) as { readonly makeSuite: MakeSuite };
  const suite = await makeSuite(folder);
  countBuffers();
  if (only === undefined) console.log(JSON.stringify(await runAll(suite)));
  else console.log(await runCase(suite, Number(only)));
} finally {
  await rm(folder, { recursive: true, force: true });
}

interface CaseResult {
  readonly outcome: "loaded" | "refused" | "failed";
  readonly what: string;
  readonly message: string;
  /** Of the processor, for loading. */
  readonly seconds: number;
  readonly bufferBytes: number;
}

/** A case depends on its number alone. */
async function runCase(suite: FuzzSuite, index: number): Promise<CaseResult> {
  const what: string[] = [];
  const load = await suite.damage(new RandomStream(splitKey(randomKey(SEED), name, index)), what, index);
  const [cpu, bytes] = [process.cpuUsage(), bufferBytes()];
  const ended = await load().then(() => ({ outcome: "loaded" as const, message: "" }), refusal);
  const { user, system } = process.cpuUsage(cpu);
  return { ...ended, what: what.join("; "), seconds: (user + system) / 1e6, bufferBytes: bufferBytes() - bytes };
}

function refusal(error: unknown): Pick<CaseResult, "outcome" | "message"> {
  const { message, stack } = error as Error;
  const isClear = (error instanceof CheckpointError || error instanceof TokenizerError) && ONE_LINE.test(message);
  return isClear ? { outcome: "refused", message } : { outcome: "failed", message: String(stack) };
}

async function runAll(suite: FuzzSuite): Promise<FuzzReport> {
  const counts = { loaded: 0, refused: 0, failed: 0 };
  const failures: { index: number; what: string; came: string }[] = [];
  const messages = new Set<string>();
  const worst = { slowestSeconds: 0, slowest: 0, mostBufferBytes: 0, largest: 0 };
  let peakBefore = 0;
  for (let index = 0; index < suite.cases; index++) {
    if (index === suite.warmUp) peakBefore = peakBytesResident();
    const { outcome, what, message, seconds, bufferBytes: asked } = await runCase(suite, index);
    if (seconds > worst.slowestSeconds) Object.assign(worst, { slowestSeconds: seconds, slowest: index });
    if (asked > worst.mostBufferBytes) Object.assign(worst, { mostBufferBytes: asked, largest: index });
    counts[outcome]++;
    if (outcome === "failed" && failures.length < 5) failures.push({ index, what, came: message });
    if (outcome === "refused")
      messages.add(message.replace(/"(?:[^"\\]|\\.)*"?|\S*\/aha-fuzz-\S+|-?\d[\d.e+-]*/g, "_"));
  }
  const { loaded, refused } = counts;
  return {
    cases: suite.cases,
    loaded,
    refused,
    failures,
    ...worst,
    peakGrowth: peakBytesResident() - peakBefore,
    kindsOfMessage: messages.size,
  };
}
