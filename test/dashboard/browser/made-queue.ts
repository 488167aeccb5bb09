import type { EvaluationQueue } from "../../../src/judging/queue/evaluation-queue.ts";
import { openSqliteQueue } from "../../../src/judging/queue/sqlite-queue.ts";

/** What a check may write, and a page must not obey. */
export const HOSTILE_LOG = `<img src=x onerror="document.title='owned'"> \u001b[2J\u202e`;

/** A run's queue with an evaluation of each state. */
export async function makeQueue(folder: string): Promise<void> {
  const queue = openSqliteQueue(folder, { create: true, attempts: 1 });
  await fillQueue(queue);
  await queue.close();
}

/** @param queue in which an evaluation is tried once */
export async function fillQueue(queue: EvaluationQueue): Promise<void> {
  const one = { id: "one", name: "box, process 12", has: ["code"] };
  await queue.enqueue(
    ["right", "wrong", "broken", "running", "waiting", "right"].map((answer, sample) => ({
      place: { run: "first", batch: "1", problem: `<b>problem</b> ${answer}`, sample },
      key: `key-${answer}`,
      needs: "code",
      work: {
        kind: "execution",
        execution: { kind: "code", language: "python", tests: { form: "stdio", cases: [] } },
        answer,
      },
    })),
  );
  await queue.heartbeat(one, []);
  const [right, wrong, broken] = await queue.claim(one, 4);
  const phases = { seconds: { "set up": 0.1, run: 1.5 } };
  await queue.finish(one, right!, { verdict: { kind: "right" }, failed: false, ...phases });
  const reason = "<script>1</script> test_a failed";
  await queue.finish(one, wrong!, { verdict: { kind: "wrong", reason }, failed: false, log: HOSTILE_LOG });
  const failure = { verdict: { kind: "unverifiable", reason: "no sandbox" }, failed: true, phase: "set up" } as const;
  await queue.fail(one, broken!, failure);
}
