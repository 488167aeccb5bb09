import type { Command } from "commander";
import { SERVE_REWARDS } from "../../server/rewards/reward-serving-options.ts";
import { percentOf } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { ServedRewardsSession, ServeRewardsFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, collected, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { createReport } from "../report.ts";
import { accessTo, mistakesTo, overNetwork } from "../serving.ts";
import { servedUntilStopped } from "../served-until-stopped.ts";
import { watched } from "../watched.ts";

/** Between two lines about what was scored. */
const TELLING_SECONDS = 10;

interface Flags extends CommonFlags, Omit<ServeRewardsFlags, "token" | "allowHosts" | "onMistake"> {
  readonly token?: string | true;
  readonly allowHost?: readonly string[];
}

/** `aha serve rewards`: a task's verifier and rewards for training loops that are not ours. */
export function addServeRewardsCommand(serve: Command, context: CommandContext): void {
  const command = serve
    .command("rewards")
    .summary("score completions for training loops of other programs")
    .description(
      "Serves a task's verifier and rewards to training loops that are not ours: POST /score (batches, null for what can't be judged), /verify (NeMo Gym), /get_reward (OpenRLHF), /rm (slime). A completion earns what it would in `aha zero` with the same options. Only this machine can reach it unless --host says otherwise, and then only who has the token.",
    )
    .optionsGroup("Who may ask:")
    .option("--port <n>", "the port (default: 8900, or the next free one)", integerOf)
    .option("--host <address>", "listen on another address of this machine, by plain HTTP", nonEmpty)
    .option(
      "--token [text]",
      "what clients must bring as a bearer token; a new one without a text, and with --host (default: AHA_SERVE_TOKEN, or none on this machine)",
      nonEmpty,
    )
    .option(
      "--allow-host <name>",
      "a name by which the server is reached too, a proxy's say; may be repeated",
      collected,
    );
  addFlagsOf(command, SERVE_REWARDS);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha serve rewards --task ./my-task.js", "a task of your own at http://127.0.0.1:8900"],
    ["aha serve rewards --data qa.jsonl --format-weight 0.1", "data, with a reward for the form beside"],
  ]);
  command.action(async (flags: Flags) => {
    const { json: _json, quiet: _quiet, token: asked, allowHost: allowHosts, ...rest } = flags;
    const { host, compositions } = context;
    const { isOpen, isNew, token } = accessTo(rest.host, asked ?? process.env["AHA_SERVE_TOKEN"]);
    const options = {
      ...rest,
      onMistake: mistakesTo(host),
      ...(token === undefined ? {} : { token }),
      ...(allowHosts === undefined ? {} : { allowHosts }),
    };
    const served = await watched(context, flags, "Stopping.", (watch) => compositions.serveRewards(options, watch));
    if (served === null) return;
    const report = createReport(host, flags);
    if (isOpen) host.error(overNetwork("what is judged", served.port));
    report.say(
      `The rewards of ${printableLine(served.task)} (${served.problems} problems) are served at ${served.url}`,
    );
    if (isNew) report.say(`Its token, for \`Authorization: Bearer\`: ${token}`);
    const { url, port, task, problems } = served;
    report.result({ url, port, task, problems, token: isNew ? token : null });
    report.tell("Press Ctrl-C to end it.");
    let told = "";
    const stopTelling = host.every(TELLING_SECONDS, () => {
      const text = figuresText(served.figures());
      if (text !== told && told !== "") report.tell(text);
      told = text;
    });
    await servedUntilStopped(
      context,
      "Stopping when what is being judged has ended. Press Ctrl-C again to end at once.",
      served,
    );
    stopTelling();
    report.tell(figuresText(served.figures()));
  });
}

/** What was scored, in a line. */
export function figuresText(figures: ReturnType<ServedRewardsSession["figures"]>): string {
  const { judged, right, unverifiable, unknown, meanReward, reasons } = figures;
  const all = judged + unverifiable;
  if (all + unknown === 0) return "Nothing was scored yet.";
  const [first] = reasons;
  const why = first === undefined ? "" : `: ${printableLine(first.reason)}`;
  const parts = [
    `${all} completions scored, ${percentOf(right, Math.max(1, all))} right`,
    `${unverifiable} unverifiable (${percentOf(unverifiable, Math.max(1, all))}${why})`,
    ...(unknown === 0 ? [] : [`${unknown} with an unknown label`]),
    ...(meanReward === null ? [] : [`mean reward ${meanReward.toFixed(3)}`]),
  ];
  return `${parts.join(", ")}.`;
}
