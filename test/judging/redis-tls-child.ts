/**
 * Uses the queue at the address that it reads, and says what came of it: NODE_EXTRA_CA_CERTS counts for a process when
 * it starts, so that redis-tls.test.ts starts one.
 */
import { text } from "node:stream/consumers";
import { openBullEvaluator, openBullQueue } from "../../src/judging/queue/redis/bull-queue.ts";
import { redisAddress } from "../../src/judging/queue/redis/redis-address.ts";

const address = redisAddress((await text(process.stdin)).trim());
const card = { id: "a", name: "a", has: ["task:t"] };
try {
  const queue = await openBullQueue(address, "tls-1");
  const work = { kind: "task", name: "t", task: "t", problem: "p", answer: "x", seconds: 1 } as const;
  const place = { run: "r", batch: "1", problem: "p", sample: 0 };
  await queue.enqueue([{ place, key: "k", needs: "task:t", work }]);
  const side = await openBullEvaluator(address);
  const [claim] = await side.claim(card, 1);
  await side.finish(card, claim!, { verdict: { kind: "right" }, failed: false });
  const [result] = await queue.results(["k"]);
  const { done } = await queue.counts();
  await queue.forget();
  await Promise.all([side.close(), queue.close()]);
  console.log(JSON.stringify({ shown: address.shown, verdict: result?.verdict.kind, done }));
} catch (error) {
  console.log(JSON.stringify({ name: (error as Error).name, message: (error as Error).message }));
}
// The client has timers of questions that were broken off.
process.exit();
