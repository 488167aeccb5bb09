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
  const failed = (id: unknown, reason: string): object => ({
    id,
    verdict: "unverifiable",
    reason: `line ${place}: ${reason}`,
    error: true,
  });
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

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** A gold as data hold it: a text, a number, or JSON. */
function textOf(value: unknown): string | null {
  if (isScalar(value)) return String(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : null;
}

async function checkLines({ host }: CommandContext, check: CheckAnswer): Promise<void> {
  const lines = host.lines();
  try {
    for (let place = 1; ; place++) {
      const line = await lines.next("", new AbortController().signal);
      if (line === null) return;
      if (line.trim() !== "") host.out(`${JSON.stringify(lineResult(line, place, check))}\n`);
    }
  } finally {
    lines.close();
  }
}

/** `aha verify`: whether an answer is right, and why. */
export function addVerifyCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("verify")
    .description(
      'Judges an answer beside a gold as training does: right, wrong, partly (with a score) or unverifiable, and why. With --json and no --answer it reads lines of JSON, {"id", "gold", "answer"}, on standard input and writes a line {"id", "verdict", "reason"} for each, in order; a line that can\'t be read gives one with "error": true, and the next is read.',
    )
    .option("--gold <text>", "the gold answer; of the kind regex, the pattern")
    .option("--answer <text>", "the answer, or with --extract a text that it stands in");
  addFlagsOf(command, VERIFY);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha verify --kind maths --gold '1/2' --answer '\\boxed{0.5}'", "right, and why"],
    ["aha verify --kind number --gold 3.14 --tolerance 0.01 --answer 3.15", "a number with a tolerance"],
    ["aha verify --kind maths --json < answers.jsonl", "a line for each line"],
  ]);
  command.action(async ({ json, quiet, gold, answer, ...flags }: VerifyFlags) => {
    const report = createReport(context.host, { json: json ?? false, quiet: quiet ?? false });
    const lines = json === true && gold === undefined && answer === undefined;
    if (!lines && (gold === undefined || answer === undefined))
      throw new OptionError(
        `Expected --gold and --answer, or --json with lines on standard input, got no --${gold === undefined ? "gold" : "answer"}.`,
      );
    const check = await context.compositions.verifier(flags);
    if (lines) return checkLines(context, check);
    const checked = check(gold!, answer!);
    report.say(`${verdictWord(checked)}: ${reasonText(checked)}`);
    report.result(resultOf(checked));
  });
}
