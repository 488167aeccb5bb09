import type { Command } from "commander";
import { AhaError } from "../../errors.ts";
import { watchInterrupts, type ChatInterrupts } from "../chat-interrupts.ts";
import { createChatWriter } from "../chat-writer.ts";
import type { CommandContext } from "../command-context.ts";
import type { ChatFlags, ChatSession, ChatTurn } from "../compositions.ts";
import { failureOf, INTERRUPTED } from "../failure.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { CHAT } from "../../chat/chat-options.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

interface SaidTurn extends ChatTurn {
  readonly message: string;
}

interface Flags extends CommonFlags, Omit<ChatFlags, "model" | "thinking"> {
  readonly thinking: boolean;
}

function greeting({ kind, example }: ChatSession): string {
  const how = kind === "chat" ? "Say something." : "Each question stands alone.";
  return `${how}${example === undefined ? "" : ` For example: ${printableLine(example)}`}\n/reset begins anew, /quit ends, Ctrl-C stops an answer.`;
}

/** One message and its answer; null where the message could not be answered, which has then been said. */
async function answered(
  context: CommandContext,
  session: ChatSession,
  message: string,
  interrupts: ChatInterrupts,
  { json = false }: CommonFlags,
): Promise<SaidTurn | null> {
  const { host } = context;
  const write = createChatWriter((text) => (json ? host.error(text) : host.out(text)), host.colour && !json);
  try {
    const turn = await session.say(message, write, interrupts.answering());
    write();
    if (turn.stop === "cancelled") host.error("(stopped; Ctrl-C again quits)\n");
    if (turn.stop === "length") host.error(`(cut at ${turn.tokens} tokens)\n`);
    return { message, ...turn };
  } catch (error) {
    if (!(error instanceof AhaError)) throw error;
    write();
    host.error(failureOf(error, host.debug, context.flags).text);
    return null;
  } finally {
    interrupts.answered();
  }
}

/** Reads and answers until the input ends. */
async function converse(
  context: CommandContext,
  session: ChatSession,
  flags: CommonFlags,
): Promise<readonly SaidTurn[]> {
  const { host } = context;
  const interrupts = watchInterrupts(host);
  const lines = host.lines();
  const turns: SaidTurn[] = [];
  try {
    for (;;) {
      const line = await lines.next("> ", interrupts.quit);
      const message = line?.trim() ?? "/quit";
      if (line !== null) interrupts.said();
      else if (host.interactive) host.error("\n");
      if (message === "/quit") break;
      if (message === "/reset") session.reset();
      else if (/^\/\w*$/.test(message))
        host.error(`There is no ${printableLine(message)}; there are /reset and /quit.\n`);
      else if (message !== "") {
        const turn = await answered(context, session, message, interrupts, flags);
        if (turn !== null) turns.push(turn);
        else if (!host.interactive) context.exitCode = 2;
      }
    }
  } finally {
    lines.close();
    interrupts.end();
  }
  if (interrupts.quit.aborted) context.exitCode = INTERRUPTED;
  return turns;
}

/** `aha chat`: a conversation in the terminal, or with what is piped into it. */
export function addChatCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("chat")
    .description(
      "A conversation in the terminal. Models with a chat template know what was said before; others answer single questions, small ones in the words of their tasks. Lines that are piped in are answered one after the other.",
    )
    .argument("<model-or-run>", MODEL_FORMS);
  addFlagsOf(command, CHAT);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha chat runs/first", "talk to the trained model of a run"],
    ['echo "2 7 9 make 25" | aha chat models/countdown-base', "one question to a small model"],
  ]);
  command.action(async (model: string, flags: Flags) => {
    const { json: _json, quiet: _quiet, thinking, ...rest } = flags;
    const options: ChatFlags = { ...rest, model, ...(thinking ? {} : { thinking }) };
    const session = await watched(context, flags, "Stopping.", (watch) => context.compositions.chat(options, watch));
    if (session === null) return;
    try {
      const report = createReport(context.host, flags);
      if (context.host.interactive) report.tell(greeting(session));
      report.result({ turns: await converse(context, session, flags) });
    } finally {
      await session.close();
    }
  });
}
