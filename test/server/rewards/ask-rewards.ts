import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import {
  serveRewards,
  type ServedRewards,
  type ServeRewardsOptions,
} from "../../../src/server/rewards/serve-rewards.ts";

/** Starts a server of rewards on any port that ends with the tests of the file. */
export async function servedRewards(options: ServeRewardsOptions = {}): Promise<ServedRewards> {
  const mistakes: Error[] = [];
  const server = await serveRewards({ port: 0, onMistake: (error) => mistakes.push(error), ...options });
  let stopped: Promise<void> | undefined;
  const stop: ServedRewards["stop"] = (given) => (stopped ??= server.stop(given));
  afterAll(async () => {
    await stop({ graceSeconds: 0 });
    if (mistakes.length > 0) throw mistakes[0]!;
  });
  return { ...server, stop };
}

/** Questions of sums with their golds, 30 of them: `1 + 1` to `30 + 1`. */
export function sumsFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), "aha-rewards-")), "sums.jsonl");
  const rows = Array.from({ length: 30 }, (_, i) =>
    JSON.stringify({ question: `What is ${i + 1} plus 1, by rule ${i * 7}?`, answer: String(i + 2) }),
  );
  writeFileSync(path, `${rows.join("\n")}\n`);
  return path;
}

export const answered = (answer: string): string => `<think> a sum </think> <answer>${answer}</answer>`;
