import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { writeFileAtomically } from "../host/write-file.ts";
import type { RolloutQuery, RunStore } from "../store/index.ts";
import { rolloutRecord, type RolloutRecord } from "./rollout-record.ts";

/** A row group is in memory as a whole: it is closed at this many rows, or tokens and characters together. */
const MOST_ROWS = 2_000;
const MOST_VALUES = 4_000_000;

type Repetition = NonNullable<SchemaElement["repetition_type"]>;

const text = (name: string, repetition: Repetition = "REQUIRED"): SchemaElement[] => [
  { name, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" }, repetition_type: repetition },
];
const number = (name: string, type: "INT32" | "DOUBLE", repetition: Repetition = "REQUIRED"): SchemaElement[] => [
  { name, type, repetition_type: repetition },
];
const list = (name: string, type: "INT32" | "FLOAT"): SchemaElement[] => [
  { name, converted_type: "LIST", logical_type: { type: "LIST" }, repetition_type: "REQUIRED", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type, repetition_type: "REQUIRED" },
];

/** The columns, in the order of RolloutRecord. */
const COLUMNS: Readonly<Record<keyof RolloutRecord, SchemaElement[]>> = {
  step: number("step", "INT32"),
  problemIndex: number("problemIndex", "INT32"),
  sample: number("sample", "INT32"),
  problemId: text("problemId"),
  difficulty: number("difficulty", "DOUBLE"),
  prompt: text("prompt"),
  completion: text("completion"),
  stop: text("stop"),
  verdict: text("verdict"),
  reason: text("reason", "OPTIONAL"),
  reward: number("reward", "DOUBLE", "OPTIONAL"),
  rewardParts: [
    {
      name: "rewardParts",
      type: "BYTE_ARRAY",
      converted_type: "JSON",
      logical_type: { type: "JSON" },
      repetition_type: "REQUIRED",
    },
  ],
  advantage: number("advantage", "DOUBLE", "OPTIONAL"),
  version: number("version", "INT32"),
  length: number("length", "INT32", "OPTIONAL"),
  promptTokens: list("promptTokens", "INT32"),
  tokens: list("tokens", "INT32"),
  logprobs: list("logprobs", "FLOAT"),
};
const NAMES = Object.keys(COLUMNS) as (keyof RolloutRecord)[];
const SCHEMA: SchemaElement[] = [{ name: "rollout", num_children: NAMES.length }, ...Object.values(COLUMNS).flat()];

/**
 * Writes rollouts as a Parquet file, whole or not at all; what is at the path is replaced. The columns are those of
 * RolloutRecord, with `rewardParts` as JSON.
 *
 * @returns how many rollouts it holds
 * @throws RunError where the run is damaged, CheckpointError where the file can't be written
 */
export async function rolloutsToParquet(store: RunStore, query: RolloutQuery, file: string): Promise<number> {
  let rows = 0;
  await writeFileAtomically(
    file,
    parquetChunks(store, query, (more) => (rows += more)),
  );
  return rows;
}

/**
 * The bytes of that file, a row group at a time, so that memory stays bounded however many rollouts there are.
 *
 * @param onRows is told how many rows each chunk holds
 */
export function* parquetChunks(
  store: Pick<RunStore, "rollouts">,
  query: RolloutQuery = {},
  onRows: (rows: number) => void = () => {},
): Generator<Uint8Array> {
  const bytes = new ByteWriter();
  const parquet = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: "aha" });
  const taken = (): Uint8Array => {
    const chunk = bytes.getBytes().slice();
    bytes.index = 0;
    return chunk;
  };
  for (const group of rowGroups(store, query)) {
    void parquet.write({
      columnData: NAMES.map((name) => ({ name, data: group.map((record) => cell(record, name)) })),
      rowGroupSize: group.length,
    });
    onRows(group.length);
    yield taken();
  }
  void parquet.finish();
  yield taken();
}

function* rowGroups(store: Pick<RunStore, "rollouts">, query: RolloutQuery): Generator<RolloutRecord[]> {
  let group: RolloutRecord[] = [];
  let values = 0;
  for (const stored of store.rollouts(query)) {
    const record = rolloutRecord(stored);
    group.push(record);
    values += record.prompt.length + record.completion.length + record.promptTokens.length + 2 * record.tokens.length;
    if (group.length < MOST_ROWS && values < MOST_VALUES) continue;
    yield group;
    group = [];
    values = 0;
  }
  if (group.length > 0) yield group;
}

function cell(record: RolloutRecord, name: keyof RolloutRecord): unknown {
  return record[name];
}
