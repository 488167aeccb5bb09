/** One process of the check. */
export interface Section {
  readonly name: string;
  readonly program: "aha" | "torch";
  readonly words: readonly string[];
  /** It is ended after so many seconds. */
  readonly seconds: number;
  /** What must have been carried beside the ordinary pack. */
  readonly needs?: "cuda" | "before" | "weights";
}

/** By importance: where the time ends, the last are left out. */
const SECTIONS: readonly Section[] = [
  aha("self-test-gradients", "self-test gradients", 60),
  aha("self-test-policy", "self-test policy", 60),
  aha("train", "train webgpu smol 0 8x128,32x256", 80),
  torch("torch-train", "train smol 8x128,32x256 f32,bf16,tf32", 80),
  aha("write", "write webgpu smol", 90),
  torch("torch-write", "write smol 32,256 f32,bf16", 80),
  aha("step-gpu", "step webgpu smol", 50),
  aha("step-cpu", "step cpu smol", 80),
  aha("train-lora", "train webgpu smol 16 8x128,32x256", 60),
  { ...aha("cuda", "train cuda smol 16 8x128,32x256", 60), needs: "cuda" },
  aha("half", "train webgpu qwen-half 16 4x256", 60),
  aha("one-half", "train webgpu qwen-one-half 16 4x256", 90),
  aha("like-cpu", "like-cpu webgpu smol", 40),
  aha("auto", "auto", 40),
  { ...aha("against-before", "against-before", 90), needs: "before" },
  { ...aha("real-gpu", "real webgpu", 200), needs: "weights" },
  { ...aha("real-cpu", "real cpu", 400), needs: "weights" },
];

const REAL = ["real-gpu", "real-cpu"];

/** @param plan `all` but the real run, `real` for it alone, or names by comma. @throws for a name that there isn't */
export function plannedSections(plan: string): readonly Section[] {
  if (plan === "all") return SECTIONS.filter(({ name }) => !REAL.includes(name));
  if (plan === "real") return SECTIONS.filter(({ name }) => REAL.includes(name));
  return plan.split(",").map((wanted) => {
    const section = SECTIONS.find(({ name }) => name === wanted);
    if (section !== undefined) return section;
    const names = SECTIONS.map(({ name }) => name).join(", ");
    throw new Error(`Expected a plan of all, real or some of ${names}, got ${wanted}.`);
  });
}

function aha(name: string, words: string, seconds: number): Section {
  return { name, program: "aha", words: words.split(" "), seconds };
}

function torch(name: string, words: string, seconds: number): Section {
  return { name, program: "torch", words: words.split(" "), seconds };
}
