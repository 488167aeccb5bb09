import type { Command } from "commander";
import { columns, duration, indented } from "../../text/format.ts";
import { printable, printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { QueueFlags, QueueReport, QueueServeFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, collected, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { accessTo, mistakesTo, plainHttp } from "../serving.ts";
import { servedUntilStopped } from "../served-until-stopped.ts";

/** What a queue holds, in plain words. */
export function queueText(report: QueueReport): string {
  const { waiting, running, done, failed, jobs, cacheHits, retries, oldestSeconds, evaluators, failures } = report;
  const alive = evaluators.filter((evaluator) => evaluator.alive);
  const phases = Object.entries(report.failedByPhase)
    .map(([phase, count]) => `${count} in ${printableLine(phase)}`)
    .join(", ");
  const rows = [
    ["waiting", `${waiting}${oldestSeconds === null ? "" : `, the oldest for ${duration(oldestSeconds)}`}`],
    ["running", String(running)],
    ["done", String(done)],
    ["failed", `${failed}${phases === "" ? "" : `: ${phases}`}`],
    ["tried again", String(retries)],
    ["asked for", `${jobs} verdicts, ${cacheHits} of them answered by another's check`],
    ["evaluators", `${alive.length} alive`],
  ];
  const table = columns(rows).join("\n");
  const workers = alive.map(
    ({ name, judged, running: held }) => `${printableLine(name)}: ${judged} judged, ${held} running`,
  );
  const lines = failures.map(
    ({ id, place, attempts, phase, reason }) =>
      `${id}  ${printableLine(place?.problem ?? "")}  ${attempts} tries, ${printableLine(phase ?? "run")}: ${printableLine(reason)}`,
  );
  return [
    `The queue of ${printableLine(report.run)}:`,
    indented([table, ...workers.map((line) => indented(line))].join("\n")),
    ...(report.again === null ? [] : [`${report.again} evaluations wait again.`]),
    ...(lines.length === 0
      ? []
      : ["Failed last (`--log NUMBER` shows one, `--rerun` tries again):", indented(lines.join("\n"))]),
    ...(report.log === null ? [] : ["What the check wrote, at its end:", indented(printable(report.log), "  | ")]),
  ].join("\n");
}

type Flags = CommonFlags &
  QueueFlags &
  Omit<QueueServeFlags, "token" | "allowHosts" | "onMistake"> & {
    readonly serve?: boolean;
    readonly token?: string | true;
    readonly allowHost?: readonly string[];
  };

/** `aha queue RUN`: what waits to be judged, and a front for evaluators of other machines. */
export function addQueueCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("queue")
    .description(
      "Shows the queue of a run that judges by --evaluators: what waits, runs, is done and failed. With --serve, evaluators on other machines can ask it over HTTP (`aha evaluator ADDRESS`).",
    )
    .argument("<run>", "the run's folder; it may be going on")
    .option("--rerun <which>", "judge again: `failed`, or an evaluation by its number", nonEmpty)
    .option("--log <number>", "what the check of an evaluation wrote, its last 64 KiB", integerOf)
    .option("--queue <address>", "the Redis that the run was given as --queue", nonEmpty)
    .optionsGroup("For evaluators on other machines:")
    .option("--serve", "serve the queue until Ctrl-C")
    .option("--port <n>", "the port (default: 8090, or the next free one)", integerOf)
    .option("--host <address>", "listen on another address of this machine, by plain HTTP; safer is ssh -L", nonEmpty)
    .option(
      "--token [text]",
      "what evaluators must bring; a new one without a text, and with --host (default: AHA_QUEUE_TOKEN)",
      nonEmpty,
    )
    .option("--allow-host <name>", "a name by which the queue is reached too; may be repeated", collected);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha queue runs/first", "what waits, and what failed"],
    ["aha queue runs/first --rerun failed", "judge again what failed"],
    ["aha queue runs/first --serve --host 0.0.0.0", "for evaluators on other machines"],
  ]);
  command.action(async (run: string, flags: Flags) => {
    const { json: _json, quiet: _quiet, serve, token, allowHost, port, host, ...asked } = flags;
    if (serve === true) {
      const listening = { ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }) };
      return served(context, run, flags, { ...listening, token, allowHosts: allowHost ?? [] });
    }
    const report = createReport(context.host, flags);
    const shown = await context.compositions.queue(run, asked);
    report.say(queueText(shown));
    report.result(shown);
  });
}

interface Listening {
  readonly port?: number;
  readonly host?: string;
  readonly token: string | true | undefined;
  readonly allowHosts: readonly string[];
}

async function served(
  context: CommandContext,
  run: string,
  flags: CommonFlags,
  { token: asked, allowHosts, ...listening }: Listening,
): Promise<void> {
  const { host, compositions } = context;
  const { isOpen, isNew, token } = accessTo(listening.host, asked ?? process.env["AHA_QUEUE_TOKEN"]);
  const session = await compositions.serveQueue(run, {
    ...listening,
    ...(token === undefined ? {} : { token }),
    allowHosts,
    onMistake: mistakesTo(host),
  });
  const report = createReport(host, flags);
  if (isOpen) host.error(`${plainHttp("the answers")}.\n`);
  report.say(`The queue of ${printableLine(run)} is served at ${session.url}`);
  if (isNew) report.say(`Its token: ${token}`);
  report.result({ url: session.url, port: session.port, token: isNew ? token : null });
  report.tell(
    `On the other machine: AHA_QUEUE_TOKEN=... aha evaluator ${session.url} --task TASK. Press Ctrl-C to end it.`,
  );
  await servedUntilStopped(context, "Stopping.", session);
}
