import { describe, expect, test } from "vitest";
import type { RecordedStep, StoredEvaluation } from "../store/index.ts";
import {
  CHARTS,
  chartCsv,
  chartWords,
  compareSeries,
  describeChart,
  drawChart,
  effortMap,
  formatTick,
  formatValue,
  heatMap,
  heatMapCsv,
  LIGHT,
  readAt,
  svgFile,
  svgText,
  type Series,
} from "./index.ts";
import { heatColumns } from "../draw/heat-map.ts";
import { svg } from "../draw/svg-node.ts";
import { thinPoints } from "../draw/thin-points.ts";

function stepOf(step: number, accuracy: number): RecordedStep {
  return {
    step,
    accuracy,
    accuracyError: 0.02,
    rewardMean: accuracy,
    rewardByPart: { accuracy, format: 0.9 },
    formatShare: 0.9,
    truncatedShare: 0,
    signalShare: 0.5,
    unverifiable: { count: 0, reasons: [] },
    rollouts: 256,
    completionTokens: 6000,
    rolloutSeconds: 1,
    rewardSeconds: 0.01,
    updateSeconds: 1,
    seconds: 2.2,
    tokensPerSecond: 3000,
    loss: 0,
    gradNorm: 0.1,
    clipFraction: 0,
    kl: 0,
    entropy: 0.3,
    samplerGap: 1e-7,
    samplerGapMax: 1e-6,
    learningRate: 1e-4,
    updates: 1,
    trainedTokens: 5000,
    emergence: {
      meanLength: 30 + step,
      rightLength: 30,
      wrongLength: 40,
      truncatedLength: null,
      selfCorrectionShare: 0.3,
      selfCorrectionRight: 0.4,
      paperReflectionRate: 2,
      taskReflectionRate: 3,
      falseRejectionRate: 0.1,
      falseAcceptanceRate: 0.05,
      meanAttempts: 1.5,
      lengthByDifficulty: [10, 20, null, 40, 50],
      effortCorrelation: 0.1,
    },
  };
}

function evaluationOf(name: string, step: number, accuracy: number): StoredEvaluation {
  return {
    name,
    step,
    result: {
      accuracy,
      standardError: 0.01,
      greedyAccuracy: accuracy,
      meanLength: 30,
      selfCorrectionShare: 0.3,
      truncatedShare: 0,
      formatShare: 0.9,
      languageMixing: null,
      problems: 444,
      samples: 1776,
      judged: 1776,
      unverifiable: { count: 0, reasons: [] },
    },
  };
}

const accuracyChart = CHARTS.find(({ id }) => id === "accuracy") as (typeof CHARTS)[number];
const figures = (accuracies: readonly number[], evaluations: readonly StoredEvaluation[] = []) => ({
  metrics: accuracies.map((accuracy, i) => stepOf(i + 1, accuracy)),
  fit: [],
  evaluations,
});

describe("thinning", () => {
  test("keeps first, lowest, highest and last of each column", () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    const y = x.map(
      (i) =>
        new Map([
          [333, 9],
          [700, -9],
        ]).get(i) ?? i % 2,
    );
    const kept = thinPoints(x, y, 20);
    expect(kept).toEqual(expect.arrayContaining([0, 333, 700, 999]));
    expect(kept.length).toBeLessThanOrEqual(84);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  });

  test("a break stays a break", () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    const kept = thinPoints(
      x,
      x.map((i) => (i === 500 ? null : 1)),
      10,
    );
    expect(kept).toContain(500);
  });

  test("few points all stay", () => {
    expect(thinPoints([1, 2, 3], [1, null, 3], 10)).toEqual([0, 1, 2]);
  });
});

describe("readings", () => {
  const a: Series = { name: "a", colour: "chart-1", style: "line", x: [0, 10, 20], y: [1, null, 3] };
  const b: Series = { name: "b", colour: "chart-2", style: "dots", x: [5, 20], y: [7, 8], low: [6, 7], high: [8, 9] };

  test("are those of the nearest x, and null where a series has none there", () => {
    expect(readAt([a, b], 18)).toMatchObject({ x: 20, values: [{ value: 3 }, { value: 8, low: 7, high: 9 }] });
    expect(readAt([a, b], 6)).toMatchObject({ x: 5, values: [{ value: null }, { value: 7 }] });
    expect(readAt([a, b], 11)).toMatchObject({ x: 10, values: [{ value: null }, { value: null }] });
    expect(readAt([], 1)).toBeNull();
  });

  test("CSV holds every value and band", () => {
    expect(chartCsv([a, { ...b, name: 'b, "quoted"' }])).toBe(
      'step,a,"b, ""quoted""","b, ""quoted"", low","b, ""quoted"", high"\r\n0,1,,,\r\n5,,7,6,8\r\n10,,,,\r\n20,3,8,7,9\r\n',
    );
  });
});

describe("drawings", () => {
  test("every chart of a run can be drawn, alone and beside text, without a number that isn't one", () => {
    const run = figures([0.2, 0.4, 0.6], [evaluationOf("before", 0, 0.2), evaluationOf("after", 3, 0.6)]);
    for (const chart of CHARTS.filter(({ group }) => group !== "fit" && group !== "ahead")) {
      const series = chart.series(run);
      expect(series.length, chart.id).toBeGreaterThan(0);
      for (const framed of [true, false]) {
        const text = svgText(
          drawChart(chart, series, {
            width: 400,
            height: 220,
            framed,
            levels: chart.levels?.(run),
            marks: [{ x: 2, text: "w" }],
          }).node,
        );
        expect(text, chart.id).not.toMatch(/NaN|Infinity|undefined|null/);
      }
    }
  });

  test("charts of rollouts written ahead are of runs that have some, with the lines of the warning and the end", () => {
    const ahead = { lag: 1, largestLag: 2, kl: 0.01, open: 32, dropped: 1, droppedInAll: 3, late: 2, busy: 0.9 };
    const run = figures([0.2, 0.4, 0.6]);
    const written = { ...run, metrics: run.metrics.map((step) => ({ ...step, ahead })) };
    const charts = CHARTS.filter(({ group }) => group === "ahead");
    expect(charts.map(({ id }) => id)).toEqual(["aheadKl", "aheadLag", "aheadOpen", "aheadBusy"]);
    for (const chart of charts) {
      expect(chart.series(run), chart.id).toEqual([]);
      expect(chart.levels?.(run) ?? [], chart.id).toEqual([]);
      expect(chart.series(written).length, chart.id).toBeGreaterThan(0);
    }
    expect(charts[0]!.levels!(written).map(({ value }) => value)).toEqual([0.03, 0.05]);
    expect(chartWords(accuracyChart, run)).toBe(accuracyChart.healthy);
    expect(chartWords(accuracyChart, written)).toMatch(/older versions of the policy wrote them/);
  });

  test("ids and what they say are there once", () => {
    expect(new Set(CHARTS.map(({ id }) => id)).size).toBe(CHARTS.length);
    expect(CHARTS.filter(({ healthy }) => !/^[A-Z].*\.$/.test(healthy))).toEqual([]);
  });

  test("a file has its colours and its namespace, and hostile names are text", () => {
    const text = svgFile(
      svg(
        "svg",
        {},
        svg("text", { fill: "var(--ink)", "data-x": '"><script>' }, "</text><script>alert(1)</script>\u0000\ud800"),
      ),
      LIGHT,
    );
    expect(text).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg"><text fill="#1c2024" data-x="&quot;&gt;&lt;script&gt;">&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;\ufffd\ufffd</text></svg>\n',
    );
  });

  test("a run of one step, of none, and one whose values are all equal", () => {
    for (const run of [figures([0.5]), figures([]), figures([0, 0, 0])]) {
      const text = svgText(drawChart(accuracyChart, accuracyChart.series(run), { width: 300, height: 200 }).node);
      expect(text).not.toMatch(/NaN|Infinity/);
    }
  });

  test("10,000 steps are drawn with as many points as a screen shows", () => {
    const run = figures(Array.from({ length: 10_000 }, (_, i) => (i % 7) / 7));
    const text = svgText(drawChart(accuracyChart, accuracyChart.series(run), { width: 600, height: 300 }).node);
    expect(text.length).toBeLessThan(120_000);
  });

  test("says what it shows", () => {
    const run = figures(
      [0.2, 0.6],
      [evaluationOf("before", 0, 0.25), evaluationOf("during", 1, 0.5), evaluationOf("after", 2, 0.625)],
    );
    expect(describeChart(accuracyChart, accuracyChart.series(run), [{ x: 2, text: "" }])).toBe(
      "Right answers, share of completions. training rollouts: 20.0 % at step 1, 60.0 % at step 2. held-out, pass@1: 25.0 % at step 0, 62.5 % at step 2. Warning at step 2.",
    );
  });
});

describe("held-out figures", () => {
  test("have a 95 % interval over problems as their band, and of two evaluations at one step the later counts", () => {
    const [held] = accuracyChart.series(
      figures(
        [],
        [
          evaluationOf("before", 0, 0.2),
          evaluationOf("during", 5, 0.4),
          evaluationOf("during", 9, 0.5),
          evaluationOf("after", 9, 0.6),
        ],
      ),
    );
    expect(held).toMatchObject({ style: "dots", x: [0, 5, 9], y: [0.2, 0.4, 0.6] });
    // 444 problems, t(0.975, 443) = 1.96533, an error of 0.01
    expect(held?.low?.[1]).toBeCloseTo(0.4 - 0.0196533, 6);
    expect(held?.high?.[1]).toBeCloseTo(0.4 + 0.0196533, 6);
  });

  test("two alone are points: no line claims what was not measured between them", () => {
    expect(
      accuracyChart.series(figures([], [evaluationOf("before", 0, 0.2), evaluationOf("after", 9, 0.6)]))[0],
    ).toMatchObject({ style: "points" });
  });
});

describe("heat map", () => {
  const map = effortMap(figures([0.1, 0.2]));
  test("has rows from easy to hard and gathers many steps into columns", () => {
    expect(map?.rows).toEqual(["easiest", "20–40 %", "40–60 %", "60–80 %", "hardest"]);
    const many = {
      x: Array.from({ length: 120 }, (_, i) => i + 1),
      rows: ["a"],
      values: Array.from({ length: 120 }, (_, i) => [i < 2 ? null : i]),
    };
    const columns = heatColumns(many);
    expect(columns).toHaveLength(60);
    expect(columns[0]).toEqual({ from: 1, to: 2, values: [null] });
    expect(columns[1]).toEqual({ from: 3, to: 4, values: [2.5] });
  });

  test("draws and exports", () => {
    if (map === null) throw new Error("a run with steps has a map");
    expect(svgText(heatMap(map, { width: 300, height: 200, format: "count", label: "effort" }).node)).not.toMatch(
      /NaN|undefined/,
    );
    expect(heatMapCsv(map)).toBe(
      "step,easiest,20–40 %,40–60 %,60–80 %,hardest\r\n1,10,20,,40,50\r\n2,10,20,,40,50\r\n",
    );
  });
});

test("seeds of an experiment become their mean with a band from lowest to highest", () => {
  const run = (id: string, experiment: string, accuracies: readonly number[]) => ({
    id,
    experiment,
    seed: null,
    figures: figures(accuracies),
  });
  const series = compareSeries(accuracyChart, [run("a", "x", [0.2, 0.4]), run("b", "x", [0.4]), run("c", "y", [0.9])]);
  expect(series.map(({ name }) => name)).toEqual(["a and 1 more seed", "c"]);
  expect(series[0]).toMatchObject({ x: [1, 2], low: [0.2, 0.4], high: [0.4, 0.4] });
  expect(series[0]?.y[0]).toBeCloseTo(0.3, 12);
  expect(series[1]?.low).toBeUndefined();
});

test("numbers are written as people read them", () => {
  expect(formatValue("percent", 0.8213)).toBe("82.1 %");
  expect(formatValue("count", 12345.6)).toBe("12,346");
  expect(formatValue("count", 27.33)).toBe("27.3");
  expect(formatValue("decimal", 0.04321)).toBe("0.0432");
  expect(formatValue("scientific", 1.82e-7)).toBe("1.8e−7");
  expect(formatValue("seconds", 2.5)).toBe("2.5 s");
  expect(formatValue("percent", null)).toBe("–");
  expect([0, 0.2, 1].map((value) => formatTick("percent", value))).toEqual(["0 %", "20 %", "100 %"]);
  expect([500, 1500, 15000, 1.5e-7].map((value) => formatTick("count", value))).toEqual([
    "500",
    "1,500",
    "15k",
    "1.5e−7",
  ]);
});
