import { choice, optionGroup, resolveFlat, text, toggle, type FlatValues, type GroupValues } from "../options/index.ts";
import { EXTRACTOR_NAMES } from "../verifiers/index.ts";
import type { ReadProblemsOptions } from "./read-problems.ts";
import { GOLD_KINDS, goldKindOf } from "./shapes/reading.ts";

/** How somebody's data are read; empty where the data say it themselves. */
export const DATA = optionGroup("data", "The data", {
  /** Empty for a task. */
  data: text({
    fallback: "",
    flag: "--data <data>",
    help: "questions with answers: a .jsonl, .json, .csv or .parquet file, a folder, hf:owner/name, or -",
    otherwise: "a task",
  }),
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
    stored: "goldKind",
  }),
  extract: choice(EXTRACTOR_NAMES, {
    fallback: "answer-tag",
    flag: "--extract <where>",
    help: "where a completion has its answer",
  }),
  schema: text({
    fallback: "",
    flag: "--schema <file>",
    help: "a JSON schema that answers of the kind json must fit",
    otherwise: "none",
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
  dropLong: toggle({
    fallback: false,
    flag: "--drop-long",
    help: "leave questions out whose prompts don't fit the model's context",
  }),
});

/** The values of the group by the names that its options have in it. */
export type DataValues = GroupValues<typeof DATA>;

/** The values of the group by their names in a run's config, where `kind` says what the run is. */
export type DataOptions = FlatValues<{ readonly data: typeof DATA }>;

/** The options of the group that say how rows are read. */
export type ReadingOptions = Omit<DataOptions, "data" | "extract" | "schema" | "dropLong">;

/** What was said of the options, as `readProblems` takes it: what is empty is left to the data. @throws OptionError */
export function givenData(given: Partial<ReadingOptions>): ReadProblemsOptions {
  const { question, gold, goldKind, subset, evalData, skipUnreadable } = resolveFlat({ data: DATA }, given);
  const said = Object.fromEntries(
    Object.entries({ question, gold, subset, evalData }).filter(([, value]) => value !== ""),
  );
  return { ...said, ...(goldKind === "" ? {} : { kind: goldKindOf(goldKind) }), skipUnreadable };
}
