import { AhaError } from "../errors.ts";
import type { Compositions } from "./compositions.ts";

const soon = (name: string) => async (): Promise<never> => {
  throw new AhaError(`\`aha ${name}\` is not wired yet.`);
};

/** The real compositions. Each is loaded when it is used, so that \`--help\` and mistakes answer at once. */
export const COMPOSITIONS: Compositions = {
  zero: soon("zero"),
  resume: soon("resume"),
  async pretrain({ out, ...options }, { signal, onEvent }) {
    const { pretrain } = await import("../training/pretrain.ts");
    const started = performance.now();
    return pretrain(out, options, {
      signal,
      onProgress: (progress) => onEvent({ kind: "fit", ...progress, seconds: (performance.now() - started) / 1000 }),
    });
  },
  evaluate: soon("eval"),
  sample: soon("sample"),
  bench: soon("bench"),
  runs: soon("runs"),
  show: soon("show"),
  async engine() {
    const { engineInfo } = await import("../onnx/engine-info.ts");
    try {
      return { ...(await engineInfo()), problem: null };
    } catch (error) {
      return { version: "unknown", providers: [], problem: (error as Error).message };
    }
  },
};
