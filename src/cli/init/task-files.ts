import type { ExtractorName, VerifierKind } from "../../verifiers/index.ts";
import { EXAMPLE_TURNS } from "./example-rows.ts";

/** What the files of a new task say. */
export interface TaskFacts {
  /** Letters, digits and hyphens. */
  readonly name: string;
  /** Of this package. */
  readonly version: string;
  readonly kind: VerifierKind;
  readonly extract: ExtractorName;
  /** The names of the columns in data.jsonl. */
  readonly question: string;
  readonly gold: string;
  /** Whether rows say their split, and how hard they are. */
  readonly splits: boolean;
  readonly difficulties: boolean;
  /** Whether the data are the example's, which has turns that show the form. */
  readonly example: boolean;
}

/** How a completion has its answer where the extractor looks; `ANSWER` stands for it. */
const WRITTEN: Readonly<Record<ExtractorName, string>> = {
  "answer-tag": "<think>...</think> <answer>ANSWER</answer>",
  boxed: "It is \\boxed{ANSWER}.",
  hashes: "As said.\n#### ANSWER",
  json: "```json\nANSWER\n```",
  "after-think": "<think>...</think> ANSWER",
  "last-number": "It is ANSWER",
  whole: "ANSWER",
};

/** So that `npm install` fetches packages alone, in every version of npm. */
const NPM_SETTINGS = `; Nothing here needs the install scripts of packages: ONNX Runtime's would fetch libraries for CUDA.
ignore-scripts=true
`;

/** A completion that has an answer where an extractor looks. */
export function writtenAnswer(extract: ExtractorName, answer: string): string {
  return WRITTEN[extract].split("ANSWER").join(answer);
}

/** The files of a new task but for its data, by their names. */
export function taskFiles(facts: TaskFacts): Readonly<Record<string, string>> {
  return {
    "task.js": taskModule(facts),
    "task.test.js": taskTest(facts),
    "package.json": packageJson(facts),
    "README.md": readme(facts),
    ".gitignore": "node_modules/\nruns/\n",
    ".npmrc": NPM_SETTINGS,
  };
}

/** JavaScript with types in comments: Node 20 loads no TypeScript, and this runs everywhere. */
function taskModule({ name, kind, extract, question, gold, splits, difficulties, example }: TaskFacts): string {
  const fields = [
    `question: row[${quoted(question)}]`,
    `data: row[${quoted(gold)}]`,
    ...(splits ? ["split: row.split"] : []),
    ...(difficulties ? ["difficulty: row.difficulty"] : []),
  ];
  return `// @ts-check
import { readFileSync } from "node:fs";
import { defineTask } from "aha-rl/tasks";
import { createVerifier, extractor } from "aha-rl/verifiers";

const rows = readFileSync(new URL("data.jsonl", import.meta.url), "utf8")
  .split("\\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line));

// How an answer is held against the gold: maths, number, text, exact, choice, regex or json.
const verifier = createVerifier(${quoted(kind)});

// Where a completion has its answer: answer-tag, boxed, hashes, json, after-think or whole.
const { extract, name: answerForm } = extractor(${quoted(extract)});

export default defineTask({
  name: ${quoted(name)},
  problems: rows.map((row) => ({ ${fields.join(", ")} })),
${examplesText(example, extract)}
  answerForm,
  extract,
  answerKey: (answer) => verifier.answerKey(answer),
  // true, false, or { kind: "wrong", reason }, { kind: "partly", score: 0.3 }, { kind: "unverifiable", reason }.
  verify: ({ data }, answer) => verifier.verify(data, answer),
});
`;
}

function examplesText(example: boolean, extract: ExtractorName): string {
  const about = "  // Questions with right completions, put before each question; none may be one of the problems.";
  if (!example)
    return `${about}\n  // examples: [{ question: "...", completion: ${quoted(writtenAnswer(extract, "..."))} }],`;
  const turns = EXAMPLE_TURNS.map(({ question, thinking, answer }) => {
    const completion = writtenAnswer(extract, answer).replace("...", thinking);
    return `    {\n      question: ${quoted(question)},\n      completion: ${quoted(completion)},\n    },`;
  });
  return `${about}\n  examples: [\n${turns.join("\n")}\n  ],`;
}

function taskTest({ extract }: TaskFacts): string {
  const [before, after] = WRITTEN[extract].split("ANSWER") as [string, string];
  return `// @ts-check
import assert from "node:assert/strict";
import test from "node:test";
import task from "./task.js";

const problems = /** @type {const} */ (["train", "validation", "heldOut"]).flatMap((split) => task.problems(split));

/** A completion that has an answer where the task looks for it. @param {string} answer */
const written = (answer) => ${quoted(before)} + answer + ${quoted(after)};

/** The verdict on a completion, as training comes to it. */
async function judged(problem, completion) {
  const { answer, reason } = task.extract(completion);
  return answer === null ? { kind: "wrong", reason } : task.verify(problem, answer);
}

test("there is something to learn from, and something else to measure on", () => {
  assert.ok(task.problems("train").length > 0);
  assert.ok(task.problems("heldOut").length > 0);
});

test("every gold is right", async () => {
  for (const problem of problems) {
    const verdict = await judged(problem, written(problem.data));
    assert.equal(verdict.kind, "right", \`\${problem.question} \${problem.data}: \${JSON.stringify(verdict)}\`);
  }
});

test("the golds of other problems are wrong", async () => {
  for (const problem of problems.slice(0, 200)) {
    const others = problems.filter(({ data }) => data !== problem.data).slice(0, 20);
    const verdicts = await Promise.all(others.map(({ data }) => judged(problem, written(data))));
    assert.ok(verdicts.some(({ kind }) => kind === "wrong"), \`\${problem.question}: everything counts as right\`);
  }
});

test("no answer is wrong", async () => {
  for (const completion of ["", "I do not know.", written("")])
    assert.notEqual((await judged(problems[0], completion)).kind, "right", completion);
});
`;
}

function packageJson({ name, version, example }: TaskFacts): string {
  const short = example ? " --max-completion-tokens 64" : "";
  const content = {
    name: name.toLowerCase(),
    private: true,
    type: "module",
    scripts: {
      test: "node --test",
      train: `aha zero --task ./task.js --model hf:HuggingFaceTB/SmolLM2-135M-Instruct --lora 16 --temperature 0.7 --steps 20 --problems-per-step 8${short}`,
    },
    dependencies: { "aha-rl": version },
    engines: { node: ">=20.19" },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

function readme({ name, kind, extract }: TaskFacts): string {
  return `# ${name}

A task for reinforcement learning with [Aha](https://www.npmjs.com/package/aha-rl): \`data.jsonl\` has the questions
with their golds, \`task.js\` says how an answer is found (\`${extract}\`) and judged (\`${kind}\`), \`task.test.js\` tries it.

\`\`\`sh
npm install                # where no folder above has aha-rl already
npm test                   # is every gold right, and are others wrong?
npm run train              # R1-Zero on SmolLM2-135M-Instruct, by an adapter: 20 short steps
npx aha serve RUN --task ./task.js   # answers any client of OpenAI's API
curl http://127.0.0.1:8080/v1/chat/completions -d '{"messages": [{"role": "user", "content": "..."}]}'
\`\`\`

More steps learn more: \`npm run train -- --steps 110\`, or \`npx aha resume RUN --steps 110\`; another model by
\`npm run train -- --model MODEL\`. To look at it:

\`\`\`sh
npx aha data data.jsonl                     # what the rows look like to a program
npx aha preview MODEL --task ./task.js      # the exact prompt that a model reads
npx aha dashboard                           # what happens, in a browser
npx aha eval RUN --task ./task.js           # how it answers questions that it was not trained on
npx aha chat RUN --task ./task.js           # ask it yourself
npx aha export RUN --to gguf --out m.gguf   # for llama.cpp and Ollama
\`\`\`

MODEL is a folder, a .gguf file or hf:owner/name; RUN is a folder in runs/. Questions are split by a hash: some 76 % to
learn from, 10 % to choose by, 14 % to measure on. From Node 22.18 on the task may be a task.ts as well.
`;
}

/** As source code: the quotes of the rest. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
