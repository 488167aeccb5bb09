import { describe, expect, test } from "vitest";
import { fakeHost } from "../../../test/cli/fake-host.ts";
import { AFTER, stepEvent, stepMetrics } from "../../../test/cli/fake-results.ts";
import type { TrainingEvent } from "../../training/training-event.ts";
import { advance, NOTHING_YET, type ProgressState } from "./progress-state.ts";
import { liveLine } from "./progress-text.ts";
import { createProgress } from "./progress.ts";

const after = (...events: readonly TrainingEvent[]): ProgressState => events.reduce(advance, NOTHING_YET);
const wide = { columns: 120, unicode: true };

test("a run that follows another begins anew", () => {
  const fit = { kind: "fit", step: 78, steps: 78, loss: 0.3, tokensPerSecond: 1000, secondsLeft: 0 } as const;
  expect(after(fit, stepEvent(1, 0.2, 30)).secondsLeft).toBe(18);
  expect(after(stepEvent(9, 0.2, 30), stepEvent(1, 0.3, 30)).accuracies).toEqual([0.3]);
  expect(after(fit, { ...fit, step: 1 }).losses).toEqual([0.3]);
});

describe("the live line", () => {
  const state = after(stepEvent(1, 0.24, 33), stepEvent(2, 0.5, 60), stepEvent(3, 0.82, 97));

  test("has step, accuracy, length, their curves, speed and time left", () => {
    expect(liveLine(state, wide)).toBe("step 3/10  right 82.0 % ▁▄█  length 97 ▁▄█  38k tok/s  about 14 s left");
  });

  test("says what computes, where that isn't the CPU", () => {
    const onGpu = after({ ...(stepEvent(1, 0.2, 30) as Extract<TrainingEvent, { kind: "step" }>), device: "webgpu" });
    expect(liveLine(onGpu, wide)).toContain("38k tok/s on webgpu");
  });

  test("is ASCII where blocks can't be shown", () => {
    expect(liveLine(state, { ...wide, unicode: false })).toBe(
      "step 3/10  right 82.0 % _~#  length 97 _~#  38k tok/s  about 14 s left",
    );
  });

  test("leaves the curves out, then cuts, in a narrow terminal", () => {
    expect(liveLine(state, { ...wide, columns: 66 })).toBe(
      "step 3/10  right 82.0 %  length 97  38k tok/s  about 14 s left",
    );
    expect(liveLine(state, { ...wide, columns: 20 })).toBe("step 3/10  right 82.");
  });

  test("never grows beyond the terminal in a long run", () => {
    const long = after(...Array.from({ length: 400 }, (_, i) => stepEvent(i + 1, i / 400, i)));
    for (const columns of [30, 79, 80, 100, 200])
      expect(liveLine(long, { ...wide, columns }).length).toBeLessThanOrEqual(columns);
  });

  test("leaves out a number of steps that the clock never lets it reach", () => {
    const endless = { kind: "step", metrics: stepMetrics(1, 0.2, 30), steps: 1_000_000 } as const;
    expect(liveLine(after({ ...endless, secondsLeft: 58 }), wide)).toBe(
      "step 1  right 20.0 % ▁  length 30 ▁  38k tok/s  about 58 s left",
    );
    expect(liveLine(after({ ...endless, secondsLeft: null }), wide)).toBe(
      "step 1  right 20.0 % ▁  length 30 ▁  38k tok/s",
    );
  });

  test("shows an evaluation under way", () => {
    expect(liveLine(advance(state, { kind: "evaluating", name: "after", done: 120, total: 403 }), wide)).toBe(
      "evaluating after training: 120 of 403",
    );
  });
});

describe("progress", () => {
  const evaluated: TrainingEvent = { kind: "evaluated", name: "after", result: AFTER };

  test("redraws one line in a terminal, and keeps what matters", () => {
    const host = fakeHost({ live: true });
    const progress = createProgress(host);
    progress.show(stepEvent(1, 0.24, 33));
    progress.show(evaluated);
    progress.end();
    const line = "step 1/10  right 24.0 % ▁  length 33 ▁  38k tok/s  about 18 s left";
    const clear = "\r\u001b[2K";
    expect(host.written().error).toBe(
      `${line}${clear}After training, on 403 problems: right 82.1 %, length 97.4, corrects itself 77.0 %\n${line}${clear}`,
    );
  });

  test("prints plain lines elsewhere: the first step, one every five seconds, the last", () => {
    const host = fakeHost();
    const progress = createProgress(host);
    for (let step = 1; step <= 10; step++) {
      host.at(2 * step);
      progress.show(stepEvent(step, 0.5, 40));
    }
    progress.end();
    const lines = host.written().error.trimEnd().split("\n");
    expect(lines.map((line) => line.split("  ")[0])).toEqual(["step 1/10", "step 4/10", "step 7/10", "step 10/10"]);
    expect(lines[0]).toBe(
      "step 1/10  right 50.0 %  length 40  corrects itself 50.0 %  cut 1.0 %  38k tok/s  about 18 s left",
    );
    expect(host.written().error).not.toContain("\u001b");
  });

  test("says how far rounded weights are from those that are trained", () => {
    const host = fakeHost();
    const progress = createProgress(host);
    const rounded = { precision: "int8", kl: 0.000124 } as const;
    const metrics = { ...stepMetrics(1, 0.5, 40), samplerGap: 0.0021, rounded };
    progress.show({ kind: "step", metrics, steps: 10, secondsLeft: 18 });
    progress.end();
    expect(host.written().error).toContain("cut 1.0 %  int8: gap 0.0021, KL 0.00012  38k tok/s");
  });

  test("prints the last step when it ends early", () => {
    const host = fakeHost();
    const progress = createProgress(host);
    progress.show(stepEvent(1, 0.2, 30));
    progress.show(stepEvent(2, 0.2, 30));
    progress.end();
    progress.end();
    expect(host.written().error.match(/step \d/g)).toEqual(["step 1", "step 2"]);
  });

  test("shows the loss of a base in the making", () => {
    const fit = (step: number, loss: number): TrainingEvent => ({
      kind: "fit",
      step,
      steps: 100,
      loss,
      tokensPerSecond: 29_000,
      secondsLeft: (100 - step) / 2,
    });
    expect(liveLine(after(fit(1, 4), fit(2, 2)), wide)).toBe("step 2/100  loss 2.000 █▁  29k tok/s  about 49 s left");
    const host = fakeHost();
    createProgress(host).show(fit(1, 4));
    expect(host.written().error).toBe("step 1/100  loss 4.000  29k tok/s  about 50 s left\n");
  });

  test("redraws no more than ten times a second", () => {
    const host = fakeHost({ live: true });
    const progress = createProgress(host);
    for (const seconds of [0, 0.05, 0.09, 0.11]) {
      host.at(seconds);
      progress.show(stepEvent(1, 0.2, 30));
    }
    expect(host.written().error.match(/step 1/g)).toHaveLength(2);
  });

  test("is silent when asked to be", () => {
    const host = fakeHost({ live: true });
    const progress = createProgress(host, { quiet: true });
    progress.show(evaluated);
    progress.end();
    expect(host.written()).toEqual({ out: "", error: "" });
  });

  test("shows the preflight and escapes notes", () => {
    const host = fakeHost();
    const progress = createProgress(host);
    progress.show({
      kind: "preflight",
      answeredShare: 0,
      unanswered: "no <answer>",
      completions: [{ question: "1 + 1", text: "two\u001b[2J\nlines", outcome: "wrong: no <answer>" }],
      problems: 30,
      passRate: 0.24,
      judged: 470,
      unverifiable: { count: 10, reasons: [{ reason: "timed out", count: 10 }] },
      formatRate: 0.98,
      truncatedShare: 1,
      signalShare: 0.04,
      memory: { program: 300, weights: 80, gradients: 10, optimizer: 10, activations: 10, writing: 10, total: 420 },
      verdict: "will not learn",
      advice: "every completion is cut at 64 tokens; try --max-completion-tokens 256",
    });
    progress.show({ kind: "note", text: "a \u001b[2J note" });
    expect(host.written().error).toBe(
      [
        "Preflight on 30 problems: the base solves 24.0 %, keeps the format in 98.0 %, is cut at the length limit in 100.0 %.",
        "Of its answers 10 unverifiable (timed out).",
        "  1 + 1",
        "    | two\\u001b[2J",
        "    | lines",
        "    wrong: no <answer>",
        "4.0 % of groups will carry signal; the run will take about 420 MB of memory (program 0.3 GB).",
        "Verdict: will not learn: every completion is cut at 64 tokens; try --max-completion-tokens 256",
        "a \\u001b[2J note\n",
      ].join("\n"),
    );
  });
});

test("without a terminal, an evaluation is told of every 30 s of silence", () => {
  const host = fakeHost();
  const progress = createProgress(host);
  progress.show({ kind: "evaluating", name: "before", done: 0, total: 444 });
  host.at(29);
  expect(host.written().error).toBe("");
  host.at(30);
  progress.show({ kind: "evaluating", name: "before", done: 64, total: 444 });
  host.at(61);
  expect(host.written().error).toBe("evaluating before training: 0 of 444\nevaluating before training: 64 of 444\n");
  progress.end();
  host.at(300);
  expect(host.written().error.split("\n")).toHaveLength(3);
});
