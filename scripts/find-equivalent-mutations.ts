/**
 * Finds the mutations of the task `repair` that its hidden tests don't see, or that don't end, and checks that every
 * right function gives what its twin gives: `npx tsx scripts/find-equivalent-mutations.ts` writes
 * `src/tasks/repair/equivalent.ts`. The functions are the package's own; python3 and Node run them.
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { CODE_LANGUAGES, type CodeLanguage } from "../src/records/execution.ts";
import { hiddenCases } from "../src/tasks/repair/hidden-cases.ts";
import { mutationsOf } from "../src/tasks/repair/mutations.ts";
import { withLine } from "../src/tasks/repair/problems.ts";
import { REPAIR_TEMPLATES } from "../src/tasks/repair/templates.ts";

const PYTHON = `
import json, sys, signal
def late(*_): raise BaseException("late")
signal.signal(signal.SIGALRM, late)
def judge(program):
    scope = {}
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        exec(program["source"], scope)
        for case in program["cases"]:
            got = scope[program["name"]](*json.loads(json.dumps(case["args"])))
            if type(got) != type(case["result"]) or got != case["result"]: return "wrong"
        return "right"
    except Exception: return "wrong"
    except BaseException: return "late"
    finally: signal.setitimer(signal.ITIMER_REAL, 0)
print(json.dumps([judge(program) for program in json.load(sys.stdin)]))
`;
const JAVASCRIPT = `
const { runInNewContext } = require("node:vm");
const programs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(programs.map(({ source, name, cases }) => {
  try {
    for (const { args, result } of cases) {
      const text = runInNewContext(source + "\\nJSON.stringify(" + name + "(..." + JSON.stringify(args) + "))", {}, { timeout: 300 });
      if (text !== JSON.stringify(result)) return "wrong";
    }
    return "right";
  } catch (error) { return error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT" ? "late" : "wrong"; }
})));
`;

interface Program {
  readonly source: string;
  readonly name: string;
  readonly cases: readonly unknown[];
}

function judgeAll(language: CodeLanguage, programs: readonly Program[]): string[] {
  const [file, option, program] =
    language === "python" ? ["python3", "-c", PYTHON] : [process.execPath, "-e", JAVASCRIPT];
  const done = spawnSync(file!, [option!, program!], { input: JSON.stringify(programs), maxBuffer: 2 ** 26 });
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return JSON.parse(done.stdout.toString()) as string[];
}

const lines: string[] = [];
for (const template of REPAIR_TEMPLATES) {
  for (const language of CODE_LANGUAGES) {
    const source = template[language];
    const cases = hiddenCases(template);
    const mutations = mutationsOf(source);
    const sources = [source, ...mutations.map(({ line, wrong }) => withLine(source, line, wrong))];
    const [right, ...verdicts] = judgeAll(
      language,
      sources.map((text) => ({ source: text, name: template.name, cases })),
    );
    if (right !== "right") throw new Error(`${template.name} in ${language} doesn't give what its twin gives.`);
    const kept = mutations.filter((_, place) => verdicts[place] !== "wrong").map(({ key }) => key);
    console.log(`${template.name}:${language}: ${mutations.length} mutations, ${kept.length} left out`);
    if (kept.length > 0) lines.push(`  "${template.name}:${language}": ${JSON.stringify(kept)},`);
  }
}
writeFileSync(
  new URL("../src/tasks/repair/equivalent.ts", import.meta.url),
  [
    "/**",
    " * Mutations by function and language that the hidden tests don't see or that don't end. Written by",
    " * `npx tsx scripts/find-equivalent-mutations.ts`.",
    " */",
    "export const EQUIVALENT: Readonly<Record<string, readonly string[]>> = {",
    ...lines,
    "};",
    "",
  ].join("\n"),
);
