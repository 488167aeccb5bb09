import { sumOf } from "../numbers/sum.ts";
import type { FitMetrics } from "../store/index.ts";
import { openRunStore } from "../store/index.ts";
import { bySeed } from "./by-seed.ts";
import type { Claim } from "./claim.ts";
import type { Laboratory } from "./laboratory.ts";
import type { Estimate } from "../numbers/statistics.ts";
import type { Measure } from "./claim-result.ts";
import { numberText } from "./render-report.ts";
import { sharePoint } from "./share-point.ts";
import { estimate } from "../numbers/statistics.ts";
import { stepMetrics } from "./training-curves.ts";

/** Tokens that a run trained on and that it wrote, for its compute: a token read costs 2 N operations, one learnt from 6 N (Kaplan et al. 2020, arXiv:2001.08361). */
interface Compute {
  readonly learnt: number;
  readonly written: number;
}

function computeOf({ learnt, written }: Compute): number {
  return 6 * learnt + 2 * written;
}

function rlCompute(folder: string): Compute {
  const steps = stepMetrics(folder);
  return {
    learnt: sumOf(steps, ({ trainedTokens }) => trainedTokens),
    written: sumOf(steps, ({ completionTokens }) => completionTokens),
  };
}

function fitCompute(folder: string): Compute {
  const store = openRunStore(folder, { readOnly: true });
  const metrics: FitMetrics[] = store.fitMetrics();
  store.close();
  return { learnt: sumOf(metrics, ({ tokens }) => tokens), written: 0 };
}

export const distil: Claim = {
  name: "distil",
  statement: "Distilling a strong reasoner into a small model beats RL on the small model itself.",
  hypothesis:
    "The smallest student is better distilled than by direct RL of at least the same compute (by 20 points, one would expect); for larger students the advantage shrinks.",
  method:
    "Teacher: R1-Zero of the same seed (0.36 M parameters). Its right, finished completions (8 samples a training problem) are learnt by students that were pretrained on the same corpus; direct RL trains the same students by the same defaults as the teacher. Compute is counted in operations: 6 N a token learnt from, 2 N a token written.",
  control:
    "Direct RL on the same student, which gets more compute than the student's distillation; the student's base at step 0.",
  stages: (laboratory, seed) =>
    laboratory.students.flatMap(([name, base]) => [
      laboratory.measure(`base-${name}`, seed, base),
      laboratory.measure(`direct-${name}`, seed, laboratory.directRl(name, base, seed)),
      laboratory.measure(`distilled-${name}`, seed, laboratory.distilled(name, base, seed)),
    ]),
  async find(laboratory, seeds) {
    const students: { name: string; results: ComparedStudent[] }[] = [];
    for (const [name, base] of laboratory.students)
      students.push({ name, results: await bySeed(seeds, (seed) => compare(laboratory, name, base, seed)) });
    const teacher = await bySeed(seeds, async (seed) => {
      const { runner } = laboratory;
      const data = await runner.result(laboratory.teacherData(seed));
      return {
        accuracy: (await runner.result(laboratory.measure("zero", seed, laboratory.zero(seed)))).evaluation.accuracy,
        compute: computeOf(rlCompute(laboratory.zero(seed).folder)),
        written: data.sampledTokens,
      };
    });
    const advantage = (results: (typeof students)[number]["results"]): number[] =>
      results.map(({ distilled, direct }) => distilled - direct);
    const smallest = students[0]!;
    return {
      measures: [
        {
          name: `accuracy of the ${smallest.name} student, distilled less direct RL`,
          unit: "difference",
          estimate: estimate(advantage(smallest.results)),
          test: { direction: "above", bound: 0 },
        },
        {
          name: `compute of its direct RL over its distillation`,
          unit: "times",
          estimate: estimate(smallest.results.map(({ rlCompute: rl, fitCompute: fit }) => rl / fit)),
        },
        ...students.flatMap(({ name, results }): Measure[] => [
          { name: `${name}: base`, unit: "share", estimate: estimate(results.map(({ before }) => before)) },
          { name: `${name}: direct RL`, unit: "share", estimate: estimate(results.map(({ direct }) => direct)) },
          { name: `${name}: distilled`, unit: "share", estimate: estimate(results.map(({ distilled }) => distilled)) },
          { name: `${name}: advantage of distillation`, unit: "difference", estimate: estimate(advantage(results)) },
        ]),
        { name: "teacher", unit: "share", estimate: estimate(teacher.map(({ accuracy }) => accuracy)) },
      ],
      tables: [
        {
          title: "Tokens learnt and written, in millions, means over seeds (multiply by 6 N and 2 N for operations)",
          columns: [
            "student",
            "direct RL: seconds",
            "direct RL: learnt + written",
            "distilled: seconds",
            "distilled: learnt",
            "operations of direct RL over those of distillation",
          ],
          rows: students.map(({ name, results }) => [
            name,
            numberText(estimate(results.map(({ rlSeconds }) => rlSeconds)).mean, "seconds"),
            `${millions(results.map(({ rl }) => rl.learnt))} + ${millions(results.map(({ rl }) => rl.written))}`,
            numberText(estimate(results.map(({ fitSeconds }) => fitSeconds)).mean, "seconds"),
            millions(results.map(({ fit }) => fit.learnt)),
            numberText(estimate(results.map(({ rlCompute: rl, fitCompute: fit }) => rl / fit)).mean, "times"),
          ]),
        },
      ],
      figures: [
        {
          name: "distil",
          title: "Accuracy by student size",
          kind: "bars",
          x: "student",
          y: "right answers",
          percent: true,
          labels: students.map(({ name }) => name),
          series: (["before", "direct", "distilled"] as const).map((which) => ({
            name: which === "before" ? "base" : which === "direct" ? "direct RL" : "distilled",
            points: students.map(({ results }, x) =>
              sharePoint(
                x,
                results.map((result) => result[which]),
              ),
            ),
          })),
        },
      ],
      remarks: [
        whereItEnds(students.map(({ name, results }) => [name, estimate(advantage(results))] as const)),
        `The teacher's compute comes on top: its RL took ${numberText(estimate(teacher.map(({ compute }, i) => compute / smallest.results[i]!.fitCompute)).mean, "times")} the operations by parameter of the smallest student's distillation (and it has more parameters), and it wrote ${millions(teacher.map(({ written }) => written))} million tokens as samples.`,
      ],
    };
  },
};

/** At which size the advantage's interval no longer lies above 0. */
function whereItEnds(advantages: readonly (readonly [student: string, advantage: Estimate])[]): string {
  const end = advantages.findIndex(([, { low }]) => low <= 0);
  if (end === -1) return "At every size that was tried distillation is better: where its advantage ends was not found.";
  const [name] = advantages[end]!;
  return end === 0
    ? `Already at ${name} parameters the advantage is not certain.`
    : `The advantage is certain up to ${advantages[end - 1]![0]} parameters and no longer at ${name}.`;
}

interface ComparedStudent {
  readonly before: number;
  readonly direct: number;
  readonly distilled: number;
  readonly rl: Compute;
  readonly fit: Compute;
  readonly rlCompute: number;
  readonly fitCompute: number;
  readonly rlSeconds: number;
  readonly fitSeconds: number;
}

async function compare(
  laboratory: Laboratory,
  name: string,
  base: Laboratory["countdown"],
  seed: number,
): Promise<ComparedStudent> {
  const { runner } = laboratory;
  const direct = laboratory.directRl(name, base, seed);
  const distilled = laboratory.distilled(name, base, seed);
  const accuracy = async (which: string, model: Laboratory["countdown"]): Promise<number> =>
    (await runner.result(laboratory.measure(`${which}-${name}`, seed, model))).evaluation.accuracy;
  const measured = {
    before: await accuracy("base", base),
    direct: await accuracy("direct", direct),
    distilled: await accuracy("distilled", distilled),
  };
  const [rl, fit] = [rlCompute(direct.folder), fitCompute(distilled.folder)];
  return {
    ...measured,
    rl,
    fit,
    rlCompute: computeOf(rl),
    fitCompute: computeOf(fit),
    rlSeconds: (await runner.result(direct)).seconds,
    fitSeconds: (await runner.result(distilled)).seconds,
  };
}

function millions(values: readonly number[]): string {
  return (estimate(values).mean / 1e6).toFixed(2);
}
