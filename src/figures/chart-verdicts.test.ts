import { describe, expect, test } from "vitest";
import { EVALUATION, stepMetrics } from "../../test/contracts/run-samples.ts";
import { recordedRun } from "../../test/figures/recorded-run.ts";
import { diagnoseRun } from "../store/diagnose-run.ts";
import type { RecordedStep, StepMetrics } from "../store/index.ts";
import { CHARTS } from "./chart-list.ts";
import { chartVerdict } from "./chart-verdicts.ts";

const chart = (id: string) => CHARTS.find((one) => one.id === id)!;

/** Forty steps with a figure that goes from one value to another. */
function steps(change: (part: number) => Partial<StepMetrics>): RecordedStep[] {
  return Array.from({ length: 40 }, (_, i) => stepMetrics(i + 1, { accuracy: 0.2, ...change(i / 39) }));
}
const verdict = (id: string, metrics: readonly RecordedStep[], evaluations = [] as const) =>
  chartVerdict(chart(id), { metrics, fit: [], evaluations }, []);

describe("a verdict follows the data", () => {
  test("reflective words that fall are said to fall", () => {
    const emergence = stepMetrics(1).emergence;
    const fell = steps((part) => ({
      emergence: {
        ...emergence,
        paperReflectionRate: 3.31 - 3.07 * part,
        taskReflectionRate: 6.14 - 5.9 * part,
        selfCorrectionShare: 0.3 + 0.5 * part,
      },
    }));
    expect(verdict("paperReflectionRate", fell)).toMatchObject({ kind: "watch" });
    expect(verdict("paperReflectionRate", fell)!.text).toMatch(
      /^the paper's ten fell from 3\.\d+ to 0\.\d+, .*keeps the retry and drops its words$/,
    );
    const rose = steps((part) => ({ emergence: { ...emergence, paperReflectionRate: 1 + part } }));
    expect(verdict("paperReflectionRate", rose)).toMatchObject({ kind: "healthy" });
  });

  test("held-out accuracy goes before that of training, and chance is no gain", () => {
    const evaluations = (accuracy: number) => [
      { name: "before", step: 0, result: { ...EVALUATION, accuracy: 0.24, standardError: 0.02 } },
      { name: "after", step: 40, result: { ...EVALUATION, accuracy, standardError: 0.02 } },
    ];
    const judged = (accuracy: number) =>
      chartVerdict(chart("accuracy"), { metrics: steps(() => ({})), fit: [], evaluations: evaluations(accuracy) }, []);
    expect(judged(0.8)).toEqual({ kind: "healthy", text: "held-out went from 24.0 % to 80.0 %" });
    expect(judged(0.26)!.text).toMatch(/no change beyond what chance allows$/);
    expect(judged(0.1)).toMatchObject({ kind: "wrong" });
  });

  test("a reward that rises while fewer answers are right is wrong", () => {
    const gamed = steps((part) => ({ rewardMean: 0.2 + part, accuracy: 0.6 - 0.4 * part }));
    expect(verdict("rewardMean", gamed)).toMatchObject({ kind: "wrong" });
    const healthy = steps((part) => ({ rewardMean: 0.2 + part, accuracy: 0.2 + 0.4 * part }));
    expect(verdict("rewardMean", healthy)).toMatchObject({ kind: "healthy" });
  });

  test("few groups with signal are a fault before the task is learnt, and none after", () => {
    expect(
      verdict(
        "signalShare",
        steps(() => ({ signalShare: 0.05 })),
      ),
    ).toMatchObject({ kind: "wrong" });
    expect(
      verdict(
        "signalShare",
        steps(() => ({ signalShare: 0.05, accuracy: 0.95 })),
      ),
    ).toMatchObject({
      kind: "healthy",
    });
  });

  test("bounds", () => {
    expect(
      verdict(
        "truncatedShare",
        steps(() => ({ truncatedShare: 0.02 })),
      ),
    ).toMatchObject({ kind: "healthy" });
    expect(
      verdict(
        "truncatedShare",
        steps(() => ({ truncatedShare: 0.3 })),
      ),
    ).toMatchObject({ kind: "watch" });
    expect(
      verdict(
        "truncatedShare",
        steps(() => ({ truncatedShare: 0.7 })),
      ),
    ).toMatchObject({ kind: "wrong" });
    expect(
      verdict(
        "samplerGap",
        steps(() => ({ samplerGap: 1e-3 })),
      ),
    ).toMatchObject({ kind: "wrong" });
    expect(
      verdict(
        "kl",
        steps(() => ({ kl: 0 })),
      ),
    ).toBeNull();
  });
});

test("too early to tell, and charts that say nothing by themselves", () => {
  expect(verdict("entropy", steps(() => ({})).slice(0, 9))).toBeNull();
  expect(
    verdict(
      "loss",
      steps(() => ({})),
    ),
  ).toBeNull();
});

test.each(["healthy", "healthy-lora", "learning-rate", "cut-short", "format-lost"] as const)(
  "no chart of %s is healthy where a warning is about it",
  (name) => {
    const { metrics, evaluations } = recordedRun(name);
    const warnings = diagnoseRun(metrics, evaluations, []);
    for (const description of CHARTS) {
      const found = chartVerdict(description, { metrics, fit: [], evaluations }, warnings);
      const warned = warnings.some((warning) => warning.chart === description.id);
      expect(found?.kind === "wrong", `${name} ${description.id} ${found?.text}`).toBe(
        warned || (found?.kind === "wrong" && !name.startsWith("healthy")),
      );
    }
  },
);
