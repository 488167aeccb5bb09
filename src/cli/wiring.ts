import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JudgedRollout } from "../evaluation/judge.ts";
import type { ZeroOptions } from "../training/zero-options.ts";
import type { Compositions, SampledCompletion, ZeroFlags } from "./compositions.ts";

/** The base that comes with the package. */
const SHIPPED_BASE: string = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", "countdown-base");

/** The real compositions. Each is loaded when it is used, so that `--help` and mistakes answer at once. */
export const COMPOSITIONS: Compositions = {
  async zero(flags, { runFolder, signal, onEvent }) {
    const { runZero } = await import("../training/run-zero.ts");
    return runZero(runFolder, zeroOptions(flags), { signal, onEvent });
  },
  async resume(runFolder, { signal, onEvent }) {
    const { resumeRun } = await import("../training/resume-run.ts");
    return resumeRun(runFolder, { signal, onEvent });
  },
  async pretrain({ out, ...options }, { signal, onEvent }) {
    const { pretrain } = await import("../training/pretrain.ts");
    const started = performance.now();
    return pretrain(out, options, {
      signal,
      onProgress: (progress) => onEvent({ kind: "fit", ...progress, seconds: (performance.now() - started) / 1000 }),
    });
  },
  async evaluate(flags, { signal, onEvent }) {
    const { evaluateModel } = await import("../evaluation/evaluate-model.ts");
    return evaluateModel(flags, { signal, onProgress: (done, total) => onEvent({ kind: "evaluating", name: "after", done, total }) });
  },
  async sample(flags) {
    const { sampleModel } = await import("../evaluation/evaluate-model.ts");
    const judged = await sampleModel(flags);
    return judged.map((rollouts) => ({ problem: rollouts[0]!.problem.id, question: rollouts[0]!.problem.question, completions: rollouts.map(shownCompletion) }));
  },
  async bench({ base, workers }) {
    const [{ bench }, { openModel }, { findTask }] = await Promise.all([import("../evaluation/bench.ts"), import("../evaluation/open-model.ts"), import("../tasks/index.ts")]);
    const { checkpoint, template } = await openModel(base ?? SHIPPED_BASE);
    return bench(checkpoint, template, findTask("countdown").problems("validation"), workers ?? 2);
  },
  async runs(folder) {
    const { listedRuns } = await import("./stored-runs.ts");
    return listedRuns(folder);
  },
  async show(runFolder, flags) {
    const { shownStep } = await import("./stored-runs.ts");
    return shownStep(runFolder, flags);
  },
  async engine() {
    const { engineInfo } = await import("../onnx/engine-info.ts");
    try {
      return { ...(await engineInfo()), problem: null };
    } catch (error) {
      return { version: "unknown", providers: [], problem: (error as Error).message };
    }
  },
};

/** Flags as options of `zero`; what a name stands for is checked there. */
function zeroOptions(flags: ZeroFlags): Partial<ZeroOptions> & { readonly base: string } {
  return { base: SHIPPED_BASE, ...flags } as Partial<ZeroOptions> & { readonly base: string };
}

function shownCompletion({ rollout, verdict }: JudgedRollout): SampledCompletion {
  return { text: rollout.text, tokens: rollout.tokens.length, status: rollout.status, verdict: verdict.kind, reason: verdict.kind === "right" ? "" : verdict.reason };
}
