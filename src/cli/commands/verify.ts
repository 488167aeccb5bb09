import type { Command } from "commander";
import { OptionError, show } from "../../errors.ts";
import { foreignJson } from "../../text/foreign-json.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { CheckAnswer, CheckedAnswer } from "../compositions.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { VERIFY, type VerifyOptions } from "../../verifiers/verifier-options.ts";
import { createReport } from "../report.ts";
import { codeLineResult } from "./verify-code.ts";
import { failedLine, isScalar } from "./verify-line.ts";

/** Characters that are shown of what an answer was read as. */
const LONGEST_READ = 80;

type VerifyFlags = CommonFlags & VerifyOptions & { readonly gold?: string; readonly answer?: string };

function shortened(text: string): string {
  const line = printableLine(text);
  return line.length > LONGEST_READ ? `${line.slice(0, LONGEST_READ - 3)}...` : line;
}

/** Why a verdict was given, in words. */
export function reasonText({ verdict, read }: CheckedAnswer): string {
  const [gold, answer] = [shortened(read?.gold ?? ""), shortened(read?.answer ?? "")];
  if (verdict.kind === "right") return gold === answer ? `both are read as ${gold}` : `${answer} counts as ${gold}`;
  const reason = verdict.reason ?? "";
  if (read === null || verdict.kind === "unverifiable") return reason;
  return `${reason}; the gold is read as ${gold}, the answer as ${answer}`;
}

/** A verdict in one word, with its score where it is a part. */
export function verdictWord({ verdict }: CheckedAnswer): string {
  return verdict.kind === "partly" ? `partly (${Number(verdict.score.toFixed(4))})` : verdict.kind;
}

function resultOf(checked: CheckedAnswer): {
  readonly verdict: string;
  readonly score?: number;
  readonly reason: string;
} {
  const { verdict } = checked;
  const score = verdict.kind === "partly" ? { score: verdict.score } : {};
  return { verdict: verdict.kind, ...score, reason: reasonText(checked) };
}

/** The result of one line of input, which may be anything. */
export function lineResult(line: string, place: number, check: CheckAnswer): object {
  const failed = (id: unknown, reason: string): object => failedLine(id, place, reason);
  const parsed = foreignJson(place === 1 ? line.replace(/^\ufeff/, "") : line);
  if (parsed.expected !== undefined)
    return failed(null, `Expected ${parsed.expected}, got ${parsed.got ?? show(line)}.`);
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return failed(null, `Expected an object with "gold" and "answer", got ${show(value)}.`);
  const fields = value as Readonly<Record<string, unknown>>;
  const id = isScalar(fields["id"]) ? fields["id"] : null;
  const gold = textOf(fields["gold"]);
  const { answer } = fields;
  if (gold === null) return failed(id, `Expected "gold" to be a text or a number, got ${show(fields["gold"])}.`);
  if (typeof answer !== "string") return failed(id, `Expected "answer" to be a text, got ${show(answer)}.`);
  return { id, ...resultOf(check(gold, answer)) };
}

/** A gold as data hold it: a text, a number, or JSON. */
function textOf(value: unknown): string | null {
  if (isScalar(value)) return String(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : null;
}

/** Judges lines side by side, so many at once, and writes what came in their order. */
async function judgeLines(
  { host }: CommandContext,
  atOnce: number,
  judge: (line: string, place: number) => object | Promise<object>,
): Promise<void> {
  const lines = host.lines();
  const underWay: Promise<object>[] = [];
  const writeFirst = async (): Promise<void> => host.out(`${JSON.stringify(await underWay.shift())}\n`);
  try {
    for (let place = 1; ; place++) {
      const line = await lines.next("", new AbortController().signal);
      if (line === null) break;
      if (line.trim() === "") continue;
      underWay.push(Promise.resolve(judge(line, place)));
      if (underWay.length >= atOnce) await writeFirst();
    }
    while (underWay.length > 0) await writeFirst();
  } finally {
    lines.close();
  }
}

/** Programs that are judged ahead of the one that is written next. */
const PROGRAMS_AT_ONCE = 64;

async function checkPrograms(context: CommandContext, flags: VerifyOptions): Promise<void> {
  const runner = await context.compositions.codeRunner(flags);
  const language = flags.language ?? VERIFY.code.options.language.fallback;
  try {
    await judgeLines(context, PROGRAMS_AT_ONCE, (line, place) => codeLineResult(line, place, { runner, language }));
  } finally {
    await runner.stop();
  }
}

/** `aha verify`: whether an answer is right, and why. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("verify")
    .description(
      'Judges an answer beside a gold as training does: right, wrong, partly (with a score) or unverifiable, and why. With --json and no --answer it reads lines of JSON, {"id", "gold", "answer"}, on standard input and writes a line {"id", "verdict", "reason"} for each, in order; a line that can\'t be read gives one with "error": true, and the next is read. Of the kind code the lines are {"id", "kind": "function", "task": {"entry", "test"}, "code"} or {"id", "kind": "stdio", "task": {"cases": [{"stdin", "out"}]}, "code"}; programs run in a sandbox.',
    )
    .option("--gold <text>", "the gold answer; of the kind regex, the pattern")
    .option("--answer <text>", "the answer, or with --extract a text that it stands in");
  addFlagsOf(command, VERIFY);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha verify --kind maths --gold '1/2' --answer '\\boxed{0.5}'", "right, and why"],
    ["aha verify --kind number --gold 3.14 --tolerance 0.01 --answer 3.15", "a number with a tolerance"],
    ["aha verify --kind maths --json < answers.jsonl", "a line for each line"],
    ["aha verify --kind code --json < programs.jsonl", "programs, run on their tests in a sandbox"],
  ]);
  command.action(async ({ json, quiet, gold, answer, ...flags }: VerifyFlags) => {
    const report = createReport(context.host, { json: json ?? false, quiet: quiet ?? false });
    const lines = json === true && gold === undefined && answer === undefined;
    if (!lines && (gold === undefined || answer === undefined))
      throw new OptionError(
        `Expected --gold and --answer, or --json with lines on standard input, got no --${gold === undefined ? "gold" : "answer"}.`,
      );
    if (flags.kind === "code") {
      if (lines) return checkPrograms(context, flags);
      throw new OptionError(
        "Expected --json with programs and their tests on standard input, a line of JSON each, got --kind code with --gold or --answer.",
      );
    }
    const check = await context.compositions.verifier(flags);
    if (lines) return judgeLines(context, 1, (line, place) => lineResult(line, place, check));
    const checked = check(gold!, answer!);
    report.say(`${verdictWord(checked)}: ${reasonText(checked)}`);
    report.result(resultOf(checked));
  });
}
