import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How the verifiers of these tests behave; all but the hanging ones answer at once. */
export const BEHAVIOURS = {
  throws: `() => { throw new Error("grader down"); }`,
  "throws later": `async () => { throw new Error("grader down"); }`,
  hangs: `() => { for (;;); }`,
  "hangs later": `() => new Promise(() => {})`,
  "gives the wrong shape": `() => "yes"`,
  declines: `() => ({ kind: "unverifiable", reason: "no reference answer" })`,
  "gives a part": `() => ({ kind: "partly", score: 0.25, reason: "one of four cases" })`,
} as const;
export type Behaviour = keyof typeof BEHAVIOURS;

/** What each comes to: the score, or the words of the reason. */
export const OUTCOMES: Readonly<Record<Behaviour, number | RegExp>> = {
  throws: /threw "grader down"/,
  "throws later": /threw "grader down"/,
  hangs: /did not end within 0\.2 s/,
  "hangs later": /did not end within 0\.2 s/,
  "gives the wrong shape": /gave "yes" instead of a verdict/,
  declines: /^no reference answer$/,
  "gives a part": 0.25,
};

/** Writes a task module of countdown's problems with a verifier of its own; gives its path. */
export function taskModule(verify: string, before: string = ""): string {
  const path = join(mkdtempSync(join(tmpdir(), "aha-judge-")), "task.mjs");
  const problems = `(split) => Array.from({ length: split === "corpus" ? 0 : 8 }, (_, i) => ({ id: split + i, split, question: "", compactQuestion: (i + 1) + " 2 make " + (i + 3), difficulty: 0.5, data: { place: i } }))`;
  writeFileSync(path, `${before}\nexport default { name: "own", problems: ${problems}, verify: ${verify} };\n`);
  return path;
}
