import type { Command } from "commander";
import { isLoopback } from "../../host/allowed-hosts.ts";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { servedUntilStopped } from "../served-until-stopped.ts";
import { mistakesTo } from "../serving.ts";

interface Flags extends CommonFlags {
  readonly port?: number;
  readonly host?: string;
  readonly open: boolean;
}

/** `aha play`: the page in which a model learns in the browser. */
export function addPlayCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("play")
    .description(
      "Serves the page in which a small model learns to think, in the browser itself: press Train and watch. It holds nothing of yours and asks nobody else; only this machine can reach it unless --host says otherwise.",
    )
    .option("--port <n>", "the port (default: 7664, or the next free one)", integerOf)
    .option("--host <address>", "listen on another address of this machine; whoever reaches it can use it", nonEmpty)
    .option("--no-open", "don't open a browser");
  addCommonFlags(command);
  addExamples(command, [
    ["aha play", "the page, in your browser"],
    ["aha play --port 8000 --no-open", "at an address of your choice"],
    ["aha play --host 0.0.0.0", "for a class room: everybody opens this machine's address"],
  ]);
  command.action(async ({ port, host: address, ...flags }: Flags) => {
    const { host, compositions } = context;
    const page = await compositions.play({
      onMistake: mistakesTo(host),
      ...(port === undefined ? {} : { port }),
      ...(address === undefined ? {} : { host: address }),
    });
    const report = createReport(host, flags);
    report.say(`The page is at ${page.url}`);
    report.result({ url: page.url, port: page.port });
    if (flags.open && flags.json !== true) host.openBrowser?.(page.url);
    // Where no browser can be opened, this is often the far end of an SSH connection.
    if (host.openBrowser === null && (address === undefined || isLoopback(address)))
      report.tell(
        `From another machine: \`ssh -L ${page.port}:127.0.0.1:${page.port} THIS_MACHINE\` there, then the same address.`,
      );
    report.tell("Press Ctrl-C to end it.");
    await servedUntilStopped(context, "Ending.", { stop: () => page.close() });
  });
}
