import { optionGroup, text, toggle, type GroupValues } from "../options/index.ts";

/** How a chat template is used. */
export const ASKING = optionGroup("asking", "How it is asked", {
  system: text({
    fallback: "",
    flag: "--system <text-or-file>",
    help: "what a model with a chat template is told before the question",
  }),
  /** True leaves it to the template. */
  thinking: toggle({
    fallback: true,
    flag: "--no-thinking",
    help: "ask chat templates that know it (enable_thinking) for answers without thinking",
  }),
});

export type AskingOptions = GroupValues<typeof ASKING>;

/** What was asked for beside the defaults: what a run's config keeps. */
export function askedBeside({ system = "", thinking = true }: Partial<AskingOptions>): Partial<AskingOptions> {
  return { ...(system === "" ? {} : { system }), ...(thinking ? {} : { thinking }) };
}
