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
  aha("self-test-gradients", "self-test gradients webgpu", 60),
  aha("self-test-policy", "self-test policy webgpu", 60),
  aha("train", "train webgpu smol 0 8x128,32x256", 70),
  torch("torch-train", "train smol 8x128,32x256 f32,bf16,tf32", 70),
  aha("write", "write webgpu smol", 80),
  torch("torch-write", "write smol 32,256 f32,bf16", 70),
  aha("step-gpu", "step webgpu smol", 40),
  { ...aha("cuda-self-test", "self-test loop cuda", 30), needs: "cuda" },
  { ...aha("cuda", "train cuda smol 16 8x128,32x256", 50), needs: "cuda" },
  aha("budgets", "budgets webgpu smol 0", 60),
  aha("merged", "merged webgpu smol", 50),
  aha("slots", "slots webgpu smol", 50),
  aha("train-lora", "train webgpu smol 16 8x128,32x256", 50),
  aha("one-half", "train webgpu qwen-one-half 16 4x256 halves", 60),
  aha("like-cpu", "like-cpu webgpu smol", 40),
  aha("step-cpu", "step cpu smol", 60),
  aha("half", "train webgpu qwen-half 16 4x256", 40),
  aha("recompute", "train webgpu smol 0 32x256 recompute", 30),
  { ...aha("cuda-policy", "self-test policy cuda", 40), needs: "cuda" },
  aha("budgets-lora", "budgets webgpu smol 16", 40),
  aha("auto", "auto", 40),
  aha("no-cuda", "no-cuda", 20),
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
