/**
 * How the cost of a step grows with the length of completions: 32 problems x 8 completions of the shipped base, all of
 * the same length, written and then learnt from, in this checkout and others, all built, in turns.
 *
 *   node scripts/bench-growth.mjs [../before] [--lengths 64,128,256,512,1024] [--rounds 2]
 *
 * Prints for each checkout and length the medians of seconds, the first round left out. Plain JavaScript, as it runs
 * other checkouts' modules and none of this one's.
 */
import { spawnSync } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./median.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lengths: { type: "string", default: "64,128,256,512,1024" },
    rounds: { type: "string", default: "2" },
    child: { type: "string", default: "" },
  },
});
const here = dirname(dirname(fileURLToPath(import.meta.url)));

/** Seconds of one length in one checkout, in a process of its own. */
async function measure(checkout, length, rounds) {
  const of = (path) => import(join(checkout, "dist", path));
  const [{ loadSubject }, { startLocalPolicy }, { clippedPolicyLoss }, { randomKey, splitKey }] = await Promise.all(
    ["evaluation/open-subject.js", "policy/local/local-policy.js", "losses/index.js", "random.js"].map(of),
  );
  const { checkpoint, template, task } = await loadSubject(join(checkout, "models", "countdown-base"), {
    task: "countdown",
  });
  // Without an end token every completion has its whole length.
  const config = { ...checkpoint.config, eosTokenIds: [], furtherEndIds: [], maxPositions: length + 64 };
  const policy = await startLocalPolicy({ ...checkpoint, config }, { workers: 2 });
  const prompts = task
    .problems("train")
    .slice(0, 32)
    .map((problem) => checkpoint.tokenizer.encode(template(problem)));
  const drawing = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: length };
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
  const seconds = { sampling: [], update: [] };
  for (let round = 0; round <= rounds; round++) {
    const requests = prompts.map((prompt, i) => ({
      prompt,
      keys: Array.from({ length: 8 }, (_, j) => splitKey(randomKey(round), i, j)),
    }));
    const began = performance.now();
    const sequences = [];
    for await (const { index, completions } of policy.sample(requests, drawing)) {
      completions.forEach(({ tokens, logprobs }, j) =>
        sequences.push({
          promptTokens: prompts[index],
          tokens,
          weight: 1 / (256 * length),
          advantage: j % 2 === 0 ? 1 : -1,
          oldLogprobs: logprobs,
        }),
      );
    }
    const written = performance.now();
    await policy.update(sequences, loss, { temperature: 1, learningRate: 1e-6, clipNorm: 1 });
    if (round === 0) continue;
    seconds.sampling.push((written - began) / 1000);
    seconds.update.push((performance.now() - written) / 1000);
  }
  await policy.stop();
  return { sampling: median(seconds.sampling), update: median(seconds.update) };
}

if (values.child !== "") {
  const [checkout, length] = [values.child, Number(values.lengths)];
  console.log(JSON.stringify(await measure(checkout, length, Number(values.rounds))));
} else {
  const checkouts = [...positionals.map((path) => resolve(path)), here];
  console.log(["checkout", "tokens", "sampling, s", "update, s", "tokens/s of both"].join("\t"));
  for (const length of values.lengths.split(",")) {
    for (const checkout of checkouts) {
      const words = [import.meta.filename, "--child", checkout, "--lengths", length, "--rounds", values.rounds];
      const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8" });
      if (status !== 0) throw new Error(`${checkout}, ${length} tokens:\n${stderr}`);
      const { sampling, update } = JSON.parse(stdout);
      const rate = Math.round((256 * length) / (sampling + update));
      console.log([checkout, length, sampling.toFixed(3), update.toFixed(3), rate].join("\t"));
    }
  }
}
