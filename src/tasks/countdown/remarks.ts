/** What a trace may say before it tries again: the task's own reflective words. */
export const REMARKS: readonly string[] = ["wait", "hmm", "but"];
