/** An evaluator that redis-chaos.test.ts kills: it says what it judged, and is broken at times. */
import { createHash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBullEvaluator } from "../../dist/judging/queue/redis/bull-queue.js";
import { redisAddress } from "../../dist/host/redis/redis-address.js";
import { runEvaluator } from "../../dist/judging/queue/run-evaluator.js";

const { folder, id, url, leaseSeconds, waitMs, brokenShare } = JSON.parse(process.argv[2]);
process.stdin.on("end", () => process.exit(0)).resume();

const share = (text) => createHash("sha256").update(text).digest().readUInt32BE() / 2 ** 32;
const judge = {
  has: ["task:t"],
  async judge({ answer }) {
    await sleep(waitMs * (0.2 + 1.6 * share(`${answer} waits`)));
    appendFileSync(join(folder, "judged.txt"), `${answer}\n`);
    if (share(`${answer} ${process.pid} ${performance.now()}`) < brokenShare)
      return { verdict: { kind: "unverifiable", reason: "sandbox died" }, failed: true };
    const verdict = share(answer) < 0.5 ? { kind: "right" } : { kind: "wrong", reason: "parity" };
    return { verdict, failed: false, seconds: { run: 0.01 }, log: `checked ${answer}` };
  },
};
for (;;) {
  try {
    const queue = await openBullEvaluator(redisAddress(url), undefined, leaseSeconds);
    await runEvaluator(queue, { card: { id, name: id }, judge, atOnce: 4, signal: new AbortController().signal });
  } catch (error) {
    // It was started while Redis was away.
    if (error.name !== "RunError") throw error;
    await sleep(100);
  }
}
