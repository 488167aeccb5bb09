import { constants, setPriority } from "node:os";
import { Option, type Command } from "commander";
import { isLoopback } from "../../host/allowed-hosts.ts";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { mistakesTo, overNetwork } from "../serving.ts";
import { runsFolder } from "../run-folder.ts";

interface Flags extends CommonFlags {
  readonly port?: number;
  readonly host?: string;
  readonly allowHost: readonly string[];
  readonly basePath?: string;
  readonly queue?: string;
  readonly readOnly?: boolean;
  readonly token: boolean;
  readonly open: boolean;
  readonly beside?: boolean;
}

/** `aha dashboard`: the page that shows runs while they go on, served to this machine alone. */
export function addDashboardCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("dashboard")
    .description(
      "Serves a page that shows runs: their figures as they come, what reasoning appears, and every completion; and asks their models what you ask. It changes nothing, but that a check is run again where you ask for it. Only this machine can reach it unless --host says otherwise, and only who has the token that stands in the printed address.",
    )
    .argument("[runs]", "the folder that holds the runs, or one run (default: runs)")
    .option("--port <n>", "the port (default: 7654, or the next free one)", integerOf)
    .option(
      "--host <address>",
      "listen on another address of this machine, by plain HTTP: whoever is on the way can read the token; safer is a tunnel (ssh -L)",
      nonEmpty,
    )
    .option(
      "--allow-host <name>",
      "another name by which it may be asked, as a proxy before it has; may be given several times",
      (name: string, names: readonly string[]) => [...names, name],
      [],
    )
    .option("--base-path <path>", "the path below which a proxy shows it, such as /aha", nonEmpty)
    .option("--queue <address>", "the Redis that has the queues of runs, as `aha zero` was given it", nonEmpty)
    .option("--read-only", "have nothing judged again from the page")
    .option("--no-token", "let in every user of this machine, without a token")
    .option("--no-open", "don't open a browser")
    .addOption(new Option("--beside", "behind a training: at low priority, until standard input ends").hideHelp());
  addCommonFlags(command);
  addExamples(command, [
    ["aha dashboard", "the runs in ./runs"],
    ["aha dashboard runs/first", "one run"],
    ["aha zero --dashboard", "train, and watch it"],
    ["aha dashboard --queue redis://box:6379", "with the queues that a Redis has"],
    ["aha dashboard --allow-host box.example --base-path /aha", "behind a proxy"],
    ["aha dashboard --host 0.0.0.0 --port 7654", "in a container"],
  ]);
  command.action(async (named: string | undefined, flags: Flags) => {
    const { host, compositions } = context;
    const { port, host: address, allowHost, basePath, queue, readOnly, token, open, beside = false } = flags;
    // Behind a training, the folder is made in a moment.
    const folder = beside && named !== undefined ? named : runsFolder(named);
    if (beside) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const options = {
      ...(port === undefined ? {} : { port }),
      ...(address === undefined ? {} : { host: address }),
      ...(allowHost.length === 0 ? {} : { allowHosts: allowHost }),
      ...(basePath === undefined ? {} : { basePath }),
      // An address may have a password in it, and everybody on this machine can read arguments.
      ...(queue === undefined ? {} : { queue: beside && queue === "-" ? await host.firstLine() : queue }),
      ...(readOnly === undefined ? {} : { readOnly }),
      ...(token ? {} : { accessToken: null }),
    };
    const dashboard = await compositions.dashboard({ folder, onMistake: mistakesTo(host), ...options });
    const report = createReport(host, flags);
    if (address !== undefined && !isLoopback(address)) host.error(overNetwork("the runs", dashboard.port));
    report.say(`The dashboard is at ${dashboard.url}`);
    report.result({ url: dashboard.url, port: dashboard.port, folder });
    if (open && !beside && flags.json !== true) host.openBrowser?.(dashboard.url);
    if (!beside) report.tell("Press Ctrl-C to end it.");
    await (beside ? inputEnded(context) : interrupted(context));
    await dashboard.close();
  });
}

function interrupted({ host }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    const remove = host.onInterrupt(() => {
      remove();
      resolve();
    });
  });
}

/** Ctrl-C reaches this process as well, but the training has a step to end first, which the page shall show. */
async function inputEnded({ host }: CommandContext): Promise<void> {
  const remove = host.onInterrupt(() => undefined);
  await host.inputEnd();
  remove();
}
