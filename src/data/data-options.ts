import { optionGroup, resolveGroup, text, toggle, type GroupValues } from "../options/index.ts";
import type { ReadProblemsOptions } from "./read-problems.ts";
import { GOLD_KINDS, goldKindOf } from "./shapes/reading.ts";

/** How somebody's data are read; empty where the data say it themselves. */
export const DATA = optionGroup("data", "The data", {
  question: text({
    fallback: "",
    flag: "--question <column>",
    help: "the column of the question; parts by dots: extra_info.question",
    otherwise: "by the columns",
  }),
  gold: text({
    fallback: "",
    flag: "--gold <column>",
    help: "the column of the gold answer",
    otherwise: "by the columns",
  }),
  kind: text({
    fallback: "",
    flag: "--kind <kind>",
    help: `how answers are compared: ${GOLD_KINDS.join(", ")}`,
    otherwise: "by the golds",
  }),
  subset: text({
    fallback: "",
    flag: "--subset <name>",
    help: "the configuration of a data set that has several",
    otherwise: "the only one",
  }),
  evalData: text({
    fallback: "",
    flag: "--eval-data <data>",
    help: "data to measure on, apart",
    otherwise: "a split of the data",
  }),
  skipUnreadable: toggle({
    fallback: false,
    flag: "--skip-unreadable",
    help: "leave damaged rows out, however many they are",
  }),
});

/** What was said of the options, as `readProblems` takes it: what is empty is left to the data. @throws OptionError */
export function givenData(given: Partial<GroupValues<typeof DATA>>): ReadProblemsOptions {
  const { kind, skipUnreadable, ...columns } = resolveGroup(DATA, given);
  const said = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== ""));
  return { ...said, ...(kind === "" ? {} : { kind: goldKindOf(kind) }), skipUnreadable };
}
