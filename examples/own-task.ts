/**
 * A task of one's own: sort the letters of a word. Run it with `npx tsx examples/own-task.ts`. Its default export is
 * what `npx aha zero --task PATH --base FOLDER` takes: as JavaScript, or from Node 22.18 on as TypeScript.
 */
import { pathToFileURL } from "node:url";
import { defineTask, verifyWithDeadline } from "aha-rl/tasks";

const WORDS =
  "apple bread cloud dream earth flame grape house island jungle kettle lemon mirror night ocean paper quiet river stone tiger under voice water yellow zebra".split(
    " ",
  );

const sortLetters = defineTask({
  name: "sort-letters",
  problems: WORDS.map((word) => ({
    question: `Write the letters of "${word}" in alphabetical order.`,
    data: { sorted: word.split("").sort().join("") },
    difficulty: word.length / 10,
  })),
  // The answer was written by a model: compare it, take it apart, but never run it.
  verify({ data }, answer) {
    const letters = answer.replaceAll(/[ ,]/g, "").toLowerCase();
    if (letters === data.sorted) return true;
    const sameLetters = letters.split("").sort().join("") === data.sorted;
    return { kind: "wrong", reason: sameLetters ? "the right letters in another order" : "other letters" };
  },
});

export default sortLetters;

// Shown when this file is the program, and not when a run loads the task from it.
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const problem = sortLetters.problems("train")[0]!;
  console.log(problem.question);
  for (const answer of [problem.data.sorted, problem.data.sorted.split("").join(", "), "zyx", ""]) {
    console.log(JSON.stringify(answer), await verifyWithDeadline(sortLetters, problem, answer, 1));
  }
}
