/**
 * A training loop of one's own, from the public pieces: GRPO in thirty lines. Run it with
 * `npx tsx examples/own-loop.ts`.
 */
import {
  clippedPolicyLoss,
  createJudge,
  drawRows,
  findTask,
  judgeGroups,
  meanCentredAdvantages,
  openModel,
  problemSet,
  randomKey,
  shippedModel,
  verdictScore,
} from "aha-rl";

const task = findTask("countdown");
const judge = createJudge(task, task.name);
const model = await openModel(shippedModel("countdown-base"), { task, seed: 1 });
const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });

for (let step = 1; step <= 4; step++) {
  const problems = await drawRows(problemSet(task, "train"), 16, step, randomKey(1));
  const groups = await judgeGroups(judge, await model.sample(problems, { groupSize: 8 }));
  const scored = groups.map((group) => group.map(({ verdict }) => verdictScore(verdict)));
  const learnt = groups.flatMap((group, i) => {
    // What could not be judged teaches nothing: such a group is left out.
    if (scored[i]!.includes(null)) return [];
    const advantages = meanCentredAdvantages(scored[i] as number[]);
    return group.map((completion, sample) => ({ ...completion, advantage: advantages[sample]! }));
  });
  const { gradNorm } = await model.update(learnt, { learningRate: 0.002, loss });
  const right = scored.flat().reduce<number>((sum, score) => sum + (score ?? 0), 0);
  console.log(`step ${step}: ${right} of ${16 * 8} right, gradient ${gradNorm.toFixed(2)}`);
}
await model.stop();
await judge.stop();
