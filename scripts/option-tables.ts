import { REWARD_MODEL } from "../src/algorithms/reward-model-options.ts";
import { BENCH } from "../src/bench/bench-options.ts";
import { CHAT } from "../src/chat/chat-options.ts";
import { REPRODUCE } from "../src/claims/reproduce-options.ts";
import { REJECTION } from "../src/distillation/rejection-options.ts";
import { EVALUATE } from "../src/evaluation/evaluate-options.ts";
import { PREVIEW } from "../src/evaluation/preview-options.ts";
import { optionsOf, valueText, type Option, type OptionGroup, type OptionSet } from "../src/options/index.ts";
import { DISTIL } from "../src/pipelines/distil-options.ts";
import { R1 } from "../src/pipelines/r1-options.ts";
import { PRETRAIN } from "../src/pretraining/pretrain-options.ts";
import { PRESETS } from "../src/algorithms/preset-values.ts";
import { largeSftDefaults, largeZeroDefaults } from "../src/training/large-defaults.ts";
import { SERVE_REWARDS } from "../src/server/rewards/reward-serving-options.ts";
import { SERVE } from "../src/server/serving-options.ts";
import { SFT } from "../src/training/sft-groups.ts";
import { VERIFY } from "../src/verifiers/verifier-options.ts";
import { ZERO } from "../src/training/zero-groups.ts";

/** A job with its groups of options, and when other defaults count. */
interface Job {
  readonly title: string;
  readonly set: OptionSet;
  readonly cases?: Readonly<Record<string, object>>;
}

const LARGE = "from 8M parameters";

/** Every job that has options. */
export const JOBS: readonly Job[] = [
  { title: "`aha zero`, `train`", set: ZERO, cases: { paper: PRESETS.paper, [LARGE]: largeZeroDefaults(0) } },
  { title: "`aha sft`, `runSft`", set: SFT, cases: { [LARGE]: largeSftDefaults(0) } },
  { title: "`aha reward-model`, `trainRewardModel`", set: REWARD_MODEL },
  { title: "`aha pretrain`, `pretrain`", set: PRETRAIN },
  { title: "`aha distill`, `distil`", set: DISTIL },
  { title: "`rejectionSample`, which `aha distill` and `aha r1` use", set: REJECTION },
  { title: "`aha r1`, `runR1`", set: R1 },
  { title: "`aha reproduce`, `reproduce`", set: REPRODUCE },
  { title: "`aha eval` and `aha sample`, `evaluateModel` and `sampleModel`", set: EVALUATE },
  { title: "`aha preview`, `previewPrompts`", set: PREVIEW },
  { title: "`aha verify`, `createVerifier`", set: VERIFY },
  { title: "`aha chat`, `Conversation.open`", set: CHAT },
  { title: "`aha serve`, `serve`", set: SERVE },
  { title: "`aha serve rewards`, `serveRewards`", set: SERVE_REWARDS },
  { title: "`aha bench`, `bench`", set: BENCH },
];

/** docs/options.md: a table for each group of each job. */
export function optionsPage(): string {
  const sections = JOBS.flatMap((job) => [`## ${job.title}`, ...Object.values(job.set).map(groupTable(job))]);
  return `${[
    "# Options",
    "Written by `npx tsx scripts/write-options.ts` from the declarations in `src/`; don't edit it. The library takes an option by its name, the command line by its flag. An unknown name is refused with the nearest known one.",
    ...sections,
  ].join("\n\n")}\n`;
}

function groupTable({ cases = {} }: Job): (group: OptionGroup) => string {
  return (group) => {
    const rows = optionsOf(group).map(({ stored, option }) => {
      const others = Object.entries(cases as Record<string, Record<string, unknown>>).flatMap(([when, values]) => {
        const value = values[stored];
        return value === undefined || value === option.fallback ? [] : [`${when}: ${valueText(option, value)}`];
      });
      const flag = option.flag === null ? "" : `\`${option.flag}\``;
      return [`\`${stored}\``, flag, [defaultText(option), ...others].join("; "), boundsText(option), option.help];
    });
    const head = ["option", "flag", "default", "bounds", "meaning"];
    const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map(cell).join(" | ")} |`);
    return `### ${group.title}\n\n${lines.join("\n")}`;
  };
}

function defaultText(option: Option<unknown>): string {
  return option.otherwise ?? (option.fallback === "" ? "none" : valueText(option, option.fallback));
}

function boundsText({ kind, expected }: Option<unknown>): string {
  return kind === "text" || kind === "boolean" ? "" : expected;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
