import { formatValue, type NumberFormat } from "../draw/number-format.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import { intervalReach } from "../numbers/statistics.ts";
import type { RunWarning, RecordedStep } from "../store/index.ts";
import type { ChartDescription } from "./chart-list.ts";
import { evaluationsByStep, type RunFigures } from "./run-figures.ts";

/** How a chart looks now: `wrong` means that something is to be done, `watch` that it isn't as hoped for. */
export interface ChartVerdict {
  readonly kind: "healthy" | "watch" | "wrong";
  readonly text: string;
}

/** What a verdict begins with. */
export const VERDICT_WORDS: Readonly<Record<ChartVerdict["kind"], string>> = {
  healthy: "Healthy now",
  watch: "To watch",
  wrong: "Wrong now",
};

/** Steps that are judged together; with fewer than twice as many there is no course yet. */
const WINDOW = 5;
/** From here on a task counts as learnt, as for the warnings. */
const LEARNT = 0.9;
/** A change below this many standard errors is noise. */
const ERRORS = 3;

/** The first and the last steps of a figure. */
interface Course {
  readonly from: number;
  readonly to: number;
  readonly direction: "rose" | "fell" | "stayed";
}

type Field = (step: RecordedStep) => number | null | undefined;
type Rule = (figures: RunFigures, format: NumberFormat) => ChartVerdict | null;

/**
 * What is to be said of a chart as it is now, in one sentence: it follows the data. Null while it is too early to tell,
 * and of charts that say nothing by themselves.
 */
export function chartVerdict(
  { id, format }: Pick<ChartDescription, "id" | "format">,
  figures: RunFigures,
  warnings: readonly RunWarning[],
): ChartVerdict | null {
  const warning = warnings.find(({ chart }) => chart === id);
  if (warning !== undefined) return { kind: "wrong", text: `not as it should be since step ${warning.step}` };
  return Object.hasOwn(RULES, id) ? RULES[id]!(figures, format) : null;
}

function courseOf({ metrics }: RunFigures, of: Field): Course | null {
  const values = metrics.map((step) => of(step) ?? null).filter((value) => value !== null);
  if (values.length < 2 * WINDOW) return null;
  const size = Math.max(WINDOW, Math.round(values.length / 10));
  const [first, last] = [values.slice(0, WINDOW), values.slice(-size)];
  const [from, to] = [mean(first), mean(last)];
  const noise = ERRORS * Math.hypot(standardError(first), standardError(last));
  const moved = Math.abs(to - from) > Math.max(noise, 0.05 * Math.abs(from));
  const turned = to > from ? "rose" : "fell";
  return { from, to, direction: moved ? turned : "stayed" };
}

/** `rose from 20.0 % to 80.0 %`, `stayed at about 3.0` */
function courseText({ from, to, direction }: Course, format: NumberFormat): string {
  if (direction === "stayed") return `stayed at about ${formatValue(format, to)}`;
  return `${direction} from ${formatValue(format, from)} to ${formatValue(format, to)}`;
}

/** A rule about where a figure goes: what is said of each direction, after its course. */
function byDirection(
  of: Field,
  said: Readonly<Record<Course["direction"], readonly [kind: ChartVerdict["kind"], more: string]>>,
): Rule {
  return (figures, format) => {
    const course = courseOf(figures, of);
    if (course === null) return null;
    const [kind, more] = said[course.direction];
    return { kind, text: `${courseText(course, format)}${more}` };
  };
}

/** A rule about where a figure is: the first bound that its last steps keep decides. */
function byBounds(of: Field, bounds: readonly (readonly [most: number, kind: ChartVerdict["kind"]])[]): Rule {
  return (figures, format) => {
    const course = courseOf(figures, of);
    if (course === null) return null;
    const kind = bounds.find(([most]) => course.to <= most)?.[1] ?? "wrong";
    return { kind, text: courseText(course, format) };
  };
}

const accuracy: Field = (step) => step.accuracy;

/** By held-out problems where they were asked again; by the training rollouts until then. */
const answersRight: Rule = (figures, format) => {
  const looks = evaluationsByStep(figures.evaluations);
  const [before, now] = [looks[0]?.result, looks.at(-1)?.result];
  if (before !== undefined && now !== undefined && looks.length > 1) {
    const reach = intervalReach(
      Math.hypot(before.standardError, now.standardError),
      Math.min(before.problems, now.problems) - 1,
    );
    const gained = now.accuracy - before.accuracy;
    const course = `held-out went from ${formatValue(format, before.accuracy)} to ${formatValue(format, now.accuracy)}`;
    if (gained > reach) return { kind: "healthy", text: course };
    return gained < -reach
      ? { kind: "wrong", text: course }
      : { kind: "watch", text: `${course}: no change beyond what chance allows` };
  }
  return byDirection(accuracy, {
    rose: ["healthy", " on training rollouts"],
    stayed: ["watch", " on training rollouts: no change beyond noise yet"],
    fell: ["wrong", " on training rollouts"],
  })(figures, format);
};

const length: Rule = (figures, format) => {
  const course = courseOf(figures, ({ emergence }) => emergence.meanLength);
  const cut = courseOf(figures, ({ truncatedShare }) => truncatedShare);
  if (course === null || cut === null) return null;
  const text = courseText(course, format);
  if (cut.to > 0.2) return { kind: "watch", text: `${text}, with ${formatValue("percent", cut.to)} cut at the limit` };
  if (course.direction !== "fell") return { kind: "healthy", text };
  const right = courseOf(figures, accuracy);
  return right?.direction === "rose"
    ? { kind: "healthy", text: `${text} while accuracy rose: shorter and better` }
    : { kind: "watch", text };
};

const reward: Rule = (figures, format) => {
  const course = courseOf(figures, ({ rewardMean }) => rewardMean);
  const right = courseOf(figures, accuracy);
  if (course === null) return null;
  const text = courseText(course, format);
  if (course.direction === "rose" && right?.direction === "fell")
    return { kind: "wrong", text: `${text} while fewer answers are right` };
  return { kind: course.direction === "rose" ? "healthy" : "watch", text };
};

const signal: Rule = (figures, format) => {
  const course = courseOf(figures, ({ signalShare }) => signalShare);
  if (course === null) return null;
  const text = courseText(course, format);
  if (course.to >= 0.2) return { kind: "healthy", text };
  return (courseOf(figures, accuracy)?.to ?? 0) >= LEARNT
    ? { kind: "healthy", text: `${text}: groups are alike because the task is learnt` }
    : { kind: course.to < 0.1 ? "wrong" : "watch", text };
};

const norm: Rule = (figures, format) => {
  const course = courseOf(figures, ({ gradNorm }) => gradNorm);
  if (course === null) return null;
  const times = course.to / course.from;
  const strained = times > 20 ? "wrong" : "watch";
  return { kind: times <= 3 || course.from === 0 ? "healthy" : strained, text: courseText(course, format) };
};

const kl: Rule = (figures, format) => {
  const course = courseOf(figures, (step) => step.kl);
  if (course === null || (course.from === 0 && course.to === 0)) return null;
  return { kind: course.to > 1 ? "watch" : "healthy", text: courseText(course, format) };
};

const format: Rule = (figures, number) => {
  const course = courseOf(figures, ({ formatShare }) => formatShare);
  if (course === null) return null;
  const short = course.direction === "fell" ? "wrong" : "watch";
  return { kind: course.to >= 0.95 ? "healthy" : short, text: courseText(course, number) };
};

const phases: Rule = (figures) => {
  const course = courseOf(figures, ({ rewardSeconds, seconds }) =>
    rewardSeconds === null || seconds === null || seconds === 0 ? null : rewardSeconds / seconds,
  );
  if (course === null) return null;
  return {
    kind: course.to <= 0.2 ? "healthy" : "watch",
    text: `rewards take ${formatValue("percent", course.to)} of a step`,
  };
};

/** The paper's ten and the task's own may go different ways; whoever drops the words may keep the retries. */
const reflection: Rule = (figures, number) => {
  const paper = courseOf(figures, ({ emergence }) => emergence.paperReflectionRate);
  const task = courseOf(figures, ({ emergence }) => emergence.taskReflectionRate);
  const retries = courseOf(figures, ({ emergence }) => emergence.selfCorrectionShare);
  if (paper === null || task === null) return null;
  const text = `the paper's ten ${courseText(paper, number)}, the task's own ${courseText(task, number)}`;
  const fell = paper.direction === "fell" || task.direction === "fell";
  if (fell && retries?.direction === "rose")
    return { kind: "watch", text: `${text}: this policy keeps the retry and drops its words` };
  return { kind: paper.direction === "rose" || task.direction === "rose" ? "healthy" : "watch", text };
};

/** Healthy where it is rare, or becomes so. */
function errorRate(of: Field): Rule {
  return (figures, number) => {
    const course = courseOf(figures, of);
    if (course === null) return null;
    const healthy = course.to <= 0.05 || course.direction === "fell";
    return { kind: healthy ? "healthy" : "watch", text: courseText(course, number) };
  };
}

const RULES: Readonly<Record<string, Rule>> = {
  accuracy: answersRight,
  meanLength: length,
  rewardMean: reward,
  signalShare: signal,
  truncatedShare: byBounds(
    ({ truncatedShare }) => truncatedShare,
    [
      [0.05, "healthy"],
      [0.5, "watch"],
    ],
  ),
  formatShare: format,
  entropy: (figures, number) => {
    const course = courseOf(figures, ({ entropy }) => entropy);
    if (course === null) return null;
    const odd = course.to < 0.01 || course.direction === "rose";
    return { kind: odd ? "watch" : "healthy", text: courseText(course, number) };
  },
  kl,
  clipFraction: byBounds(
    ({ clipFraction }) => clipFraction,
    [
      [0.05, "healthy"],
      [0.2, "watch"],
    ],
  ),
  gradNorm: norm,
  samplerGap: byBounds(({ samplerGap, rounded }) => (rounded === undefined ? samplerGap : null), [[1e-4, "healthy"]]),
  tokensPerSecond: (figures, number) => {
    const course = courseOf(figures, ({ tokensPerSecond }) => tokensPerSecond);
    if (course === null) return null;
    return { kind: course.to >= course.from / 2 ? "healthy" : "watch", text: courseText(course, number) };
  },
  seconds: phases,
  selfCorrectionShare: byDirection(({ emergence }) => emergence.selfCorrectionShare, {
    rose: ["healthy", ""],
    stayed: ["watch", ""],
    fell: ["watch", ""],
  }),
  selfCorrectionRight: byDirection(({ emergence }) => emergence.selfCorrectionRight, {
    rose: ["healthy", ""],
    stayed: ["watch", ""],
    fell: ["watch", ""],
  }),
  falseRejectionRate: errorRate(({ emergence }) => emergence.falseRejectionRate),
  falseAcceptanceRate: errorRate(({ emergence }) => emergence.falseAcceptanceRate),
  paperReflectionRate: reflection,
  meanAttempts: byDirection(({ emergence }) => emergence.meanAttempts, {
    rose: ["healthy", ""],
    stayed: ["healthy", ""],
    fell: ["healthy", ""],
  }),
  effortCorrelation: (figures, number) => {
    const course = courseOf(figures, ({ emergence }) => emergence.effortCorrelation);
    if (course === null) return null;
    return { kind: course.to > 0.05 ? "healthy" : "watch", text: courseText(course, number) };
  },
};
