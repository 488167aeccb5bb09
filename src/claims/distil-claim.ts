import type { Laboratory, Student } from "./laboratory.ts";
import { mean } from "../numbers/metrics.ts";
import { estimate } from "../numbers/statistics.ts";
import type { Source } from "../pipelines/stage-runner.ts";
import { defineClaim, type Claim, type SeedMeasure } from "./claim.ts";
import type { ClaimTable, Figure } from "./claim-result.ts";
import { fitCompute, operationsOf, rlCompute, type Compute } from "./compute.ts";
import { above, sharePoint } from "./judgement.ts";
import { measureText } from "./render-claims.ts";

/** How a student does by either way. */
interface ComparedStudent {
  readonly name: string;
  readonly base: StudentAccuracy;
  readonly direct: StudentRun;
  readonly distilled: StudentRun;
}

/** On held-out problems. */
interface StudentAccuracy {
  readonly accuracy: number;
}

interface StudentRun extends StudentAccuracy {
  readonly compute: Compute;
  readonly seconds: number;
}

interface DistilOutcome {
  readonly teacher: { readonly accuracy: number; readonly compute: Compute; readonly sampledTokens: number };
  /** From small to large. */
  readonly students: readonly ComparedStudent[];
}

export const distilClaim: Claim = defineClaim<DistilOutcome>({
  name: "distil",
  statement: "Distilling a strong reasoner into a small model beats RL on the small model itself.",
  hypothesis:
    "The smallest student is better distilled than by direct RL of at least the same compute (by 20 points, one would expect); for larger students the advantage shrinks.",
  method:
    "Teacher: R1-Zero of the same seed (0.36 M parameters). Its right, finished completions (8 samples a training problem) are learnt by students that were pretrained on the same corpus; direct RL trains the same students by the same defaults as the teacher. Compute is counted in operations: 6 N a token learnt from, 2 N a token written.",
  control:
    "Direct RL on the same student, which gets more compute than the student's distillation; the student's base at step 0.",

  stages: (laboratory, seed) =>
    laboratory.students.flatMap((student) => [
      laboratory.measure(`base-${student.name}`, seed, student.base),
      laboratory.measure(`direct-${student.name}`, seed, laboratory.directRl(student, seed)),
      laboratory.measure(`distilled-${student.name}`, seed, laboratory.distilled(student, seed)),
    ]),
  outcome: async (laboratory, seed) => {
    const students: ComparedStudent[] = [];
    for (const student of laboratory.students) students.push(await compare(laboratory, student, seed));
    const zero = laboratory.zero(seed);
    const { sampledTokens } = await laboratory.runner.result(laboratory.teacherData(seed));
    const accuracy = await laboratory.accuracy("zero", seed, zero);
    return { teacher: { accuracy, compute: rlCompute(zero.folder), sampledTokens }, students };
  },

  measures: (outcomes) => [
    {
      name: `accuracy of the ${outcomes[0]!.students[0]!.name} student, distilled less direct RL`,
      unit: "difference",
      of: ({ students }) => advantage(students[0]!),
      test: above(0),
    },
    {
      name: `compute of its direct RL over its distillation`,
      unit: "times",
      of: ({ students }) => computeRatio(students[0]!),
    },
    ...outcomes[0]!.students.flatMap(({ name }, i) => studentMeasures(name, i)),
    { name: "teacher", unit: "share", of: ({ teacher }) => teacher.accuracy },
  ],

  tables: (outcomes) => [computeTable(outcomes)],
  figures: (outcomes) => [accuracyFigure(outcomes)],
  remarks: (outcomes) => [whereItEnds(outcomes), teacherRemark(outcomes)],
});

async function compare(laboratory: Laboratory, student: Student, seed: number): Promise<ComparedStudent> {
  const { runner } = laboratory;
  const direct = laboratory.directRl(student, seed);
  const distilled = laboratory.distilled(student, seed);
  const accuracy = (which: string, model: Source): Promise<number> =>
    laboratory.accuracy(`${which}-${student.name}`, seed, model);
  return {
    name: student.name,
    base: { accuracy: await accuracy("base", student.base) },
    direct: {
      accuracy: await accuracy("direct", direct),
      compute: rlCompute(direct.folder),
      seconds: (await runner.result(direct)).seconds,
    },
    distilled: {
      accuracy: await accuracy("distilled", distilled),
      compute: fitCompute(distilled.folder),
      seconds: (await runner.result(distilled)).seconds,
    },
  };
}

/** Of distillation over direct RL, in accuracy. */
function advantage({ direct, distilled }: ComparedStudent): number {
  return distilled.accuracy - direct.accuracy;
}

/** Operations of direct RL over those of distillation. */
function computeRatio({ direct, distilled }: ComparedStudent): number {
  return operationsOf(direct.compute) / operationsOf(distilled.compute);
}

/** @param place of the student, from small to large */
function studentMeasures(name: string, place: number): SeedMeasure<DistilOutcome>[] {
  return [
    { name: `${name}: base`, unit: "share", of: ({ students }) => students[place]!.base.accuracy },
    { name: `${name}: direct RL`, unit: "share", of: ({ students }) => students[place]!.direct.accuracy },
    { name: `${name}: distilled`, unit: "share", of: ({ students }) => students[place]!.distilled.accuracy },
    {
      name: `${name}: advantage of distillation`,
      unit: "difference",
      of: ({ students }) => advantage(students[place]!),
    },
  ];
}

/** Each student with its results by seed, from small to large. */
function byStudent(
  outcomes: readonly DistilOutcome[],
): { readonly name: string; readonly seeds: readonly ComparedStudent[] }[] {
  return outcomes[0]!.students.map(({ name }, place) => ({
    name,
    seeds: outcomes.map(({ students }) => students[place]!),
  }));
}

function computeTable(outcomes: readonly DistilOutcome[]): ClaimTable {
  const row = (name: string, seeds: readonly ComparedStudent[]): string[] => {
    const mean = (of: (student: ComparedStudent) => number): number => meanOf(seeds, of);
    const learnt = millions(mean(({ direct }) => direct.compute.learnt));
    const written = millions(mean(({ direct }) => direct.compute.written));
    return [
      name,
      measureText(
        mean(({ direct }) => direct.seconds),
        "seconds",
      ),
      `${learnt} + ${written}`,
      measureText(
        mean(({ distilled }) => distilled.seconds),
        "seconds",
      ),
      millions(mean(({ distilled }) => distilled.compute.learnt)),
      measureText(mean(computeRatio), "times"),
    ];
  };
  return {
    title: "Tokens learnt and written, in millions, means over seeds (multiply by 6 N and 2 N for operations)",
    columns: [
      "student",
      "direct RL: seconds",
      "direct RL: learnt + written",
      "distilled: seconds",
      "distilled: learnt",
      "operations of direct RL over those of distillation",
    ],
    rows: byStudent(outcomes).map(({ name, seeds }) => row(name, seeds)),
  };
}

function accuracyFigure(outcomes: readonly DistilOutcome[]): Figure {
  const students = byStudent(outcomes);
  const ways = { base: "base", direct: "direct RL", distilled: "distilled" } as const;
  return {
    name: "distil",
    title: "Accuracy by student size",
    kind: "bars",
    x: "student",
    y: "right answers",
    percent: true,
    labels: students.map(({ name }) => name),
    series: (["base", "direct", "distilled"] as const).map((way) => ({
      name: ways[way],
      points: students.map(({ seeds }, x) =>
        sharePoint(
          x,
          seeds.map((student) => student[way].accuracy),
        ),
      ),
    })),
  };
}

/** At which size the advantage's interval no longer lies above 0. */
function whereItEnds(outcomes: readonly DistilOutcome[]): string {
  const students = byStudent(outcomes);
  const end = students.findIndex(({ seeds }) => estimate(seeds.map(advantage)).low <= 0);
  if (end === -1) return "At every size that was tried distillation is better: where its advantage ends was not found.";
  const { name } = students[end]!;
  return end === 0
    ? `Already at ${name} parameters the advantage is not certain.`
    : `The advantage is certain up to ${students[end - 1]!.name} parameters and no longer at ${name}.`;
}

function teacherRemark(outcomes: readonly DistilOutcome[]): string {
  const ratio = meanOf(
    outcomes,
    ({ teacher, students }) => operationsOf(teacher.compute) / operationsOf(students[0]!.distilled.compute),
  );
  const written = millions(meanOf(outcomes, ({ teacher }) => teacher.sampledTokens));
  return `The teacher's compute comes on top: its RL took ${measureText(ratio, "times")} the operations by parameter of the smallest student's distillation (and it has more parameters), and it wrote ${written} million tokens as samples.`;
}

function meanOf<T>(items: readonly T[], of: (item: T) => number): number {
  return mean(items.map(of));
}

function millions(value: number): string {
  return (value / 1e6).toFixed(2);
}
