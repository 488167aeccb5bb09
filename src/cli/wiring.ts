import { AhaError } from "../errors.ts";
import type { Compositions } from "./compositions.ts";

const soon = (name: string) => async (): Promise<never> => {
  throw new AhaError(`\`aha ${name}\` is not wired yet.`);
};

/** The real compositions. Each is loaded when it is used, so that \`--help\` and mistakes answer at once. */
export const COMPOSITIONS: Compositions = {
  zero: soon("zero"),
  resume: soon("resume"),
  pretrain: soon("pretrain"),
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
