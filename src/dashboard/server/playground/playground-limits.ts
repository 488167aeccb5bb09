import { totalmem } from "node:os";

/** What a question may cost. */
export const PLAYGROUND_LIMITS = {
  bodyBytes: 2 ** 18,
  questionCharacters: 50_000,
  /** Of a completion. */
  tokens: 4096,
  /** Completions of each model. */
  samples: 4,
  /** For all completions, loading included. */
  answerSeconds: 600,
  /** For which the process of the models may give no sign. */
  silentSeconds: 120,
  /** After which the models are let go, where nothing is asked. */
  idleSeconds: 600,
  /** Questions of a run that are offered. */
  questions: 50,
  /** Megabytes of JavaScript's heap; weights are beside it. */
  heapMegabytes: 2048,
} as const;

/** Megabytes that the models of the playground may take together: half of what this machine, or its container, has. */
export function playgroundMegabytes(): number {
  // 0, or more than there is, where nothing limits this process.
  const constrained = process.constrainedMemory();
  const bytes = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.floor(bytes / 2 ** 21);
}
