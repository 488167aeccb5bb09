import type { Command } from "commander";
import { SERVE } from "../../server/serving-options.ts";
import type { CommandContext } from "../command-context.ts";
import type { ServeFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, collected, integerOf, MODEL_FORMS, nonEmpty } from "../flags.ts";
import type { CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { addServeRewardsCommand } from "./serve-rewards.ts";
import { createReport } from "../report.ts";
import { accessTo, mistakesTo, overNetwork } from "../serving.ts";
import { servedUntilStopped } from "../served-until-stopped.ts";
import { watched } from "../watched.ts";

interface Flags extends CommonFlags, Omit<ServeFlags, "model" | "token" | "allowHosts" | "allowOrigins"> {
  readonly token?: string | true;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
}

/** `aha serve`: a model behind the API that clients of OpenAI's speak. */
export function addServeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("serve")
    .description(
      "Serves a model, or the trained model of a run, as OpenAI's API has it: /v1/models, /v1/chat/completions and /v1/completions, with streaming and thinking as reasoning_content. Requests are written side by side. Only this machine can reach it unless --host says otherwise, and then only who has the token.",
    )
    .argument("<model-or-run>", MODEL_FORMS)
    .optionsGroup("Who may ask:")
    .option("--port <n>", "the port (default: 8080, or the next free one)", integerOf)
    .option(
      "--host <address>",
      "listen on another address of this machine, by plain HTTP: whoever is on the way can read everything; safer is a tunnel (ssh -L)",
      nonEmpty,
    )
    .option(
      "--token [text]",
      "what clients must bring as their API key; a new one without a text, and with --host (default: AHA_SERVE_TOKEN, or none on this machine)",
      nonEmpty,
    )
    .option("--name <name>", "the model's name for clients (default: that of its folder)", nonEmpty)
    .option(
      "--allow-host <name>",
      "a name by which the server is reached too, a proxy's say; may be repeated",
      collected,
    )
    .option(
      "--allow-origin <origin>",
      "a site whose pages may ask from a browser, https://example.org; may be repeated",
      collected,
    );
  addFlagsOf(command, SERVE);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha serve runs/first", "the trained model of a run at http://127.0.0.1:8080/v1"],
    ["aha serve hf:Qwen/Qwen3-0.6B --token", "only for who has the token that is printed"],
  ]);
  // Flags that follow the name of the command below are its own.
  program.enablePositionalOptions();
  command.enablePositionalOptions();
  addServeRewardsCommand(command, context);
  command.action(async (model: string, flags: Flags) => {
    const {
      json: _json,
      quiet: _quiet,
      token: asked,
      allowHost: allowHosts,
      allowOrigin: allowOrigins,
      ...rest
    } = flags;
    const { host, compositions } = context;
    const { isOpen, isNew, token } = accessTo(rest.host, asked ?? process.env["AHA_SERVE_TOKEN"]);
    const options = {
      ...rest,
      model,
      onMistake: mistakesTo(host),
      ...(token === undefined ? {} : { token }),
      ...(allowHosts === undefined ? {} : { allowHosts }),
      ...(allowOrigins === undefined ? {} : { allowOrigins }),
    };
    const served = await watched(context, flags, "Stopping.", (watch) => compositions.serve(options, watch));
    if (served === null) return;
    const report = createReport(host, flags);
    if (isOpen) host.error(overNetwork("what is written", served.port));
    report.say(`${served.model} is served at ${served.url}`);
    if (isNew) report.say(`Its token, for clients an API key: ${token}`);
    if (served.kind === "question") report.tell(SINGLE_QUESTIONS);
    report.result({
      url: served.url,
      port: served.port,
      model: served.model,
      kind: served.kind,
      token: isNew ? token : null,
    });
    report.tell("Press Ctrl-C to end it.");
    await servedUntilStopped(
      context,
      "Stopping when what is being written has ended. Press Ctrl-C again to end at once.",
      served,
    );
  });
}

const SINGLE_QUESTIONS = "The model has no chat template: it answers the last question alone, put as it was trained.";
