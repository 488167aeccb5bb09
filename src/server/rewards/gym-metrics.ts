import { isJsonObject } from "../../host/show-json.ts";
import { mean } from "../../numbers/metrics.ts";
import { refuseField } from "../body-fields.ts";

/** How NeMo Gym numbers the tasks of its rows. */
const TASK_INDEX = "_ng_task_index";
const ROLLOUT_INDEX = "_ng_rollout_index";
/** Fields of a response that are averaged. */
const MOST_FIELDS = 200;

type Rows = readonly Readonly<Record<string, unknown>>[];

/**
 * What NeMo Gym asks of `/aggregate_metrics`: of the answers of `/verify`, mean, largest, smallest, median and standard
 * deviation of each number, by task and of all (nemo_gym/reward_profile.py, `compute_aggregate_metrics`). Samples that
 * could not be judged (`mask_sample`) count in no number but that one.
 *
 * @param responses the field `verify_responses`
 * @throws ApiProblem 400
 */
export function gymMetrics(responses: readonly unknown[]): object {
  const rows = responses.map((row, i) =>
    isJsonObject(row) ? row : refuseField(`verify_responses[${i}]`, "an object", row),
  );
  const byTask = new Map<number, Record<string, unknown>[]>();
  for (const row of rows) {
    const task = typeof row[TASK_INDEX] === "number" ? row[TASK_INDEX] : 0;
    const group = byTask.get(task);
    if (group === undefined) byTask.set(task, [row]);
    else group.push(row);
  }
  const tasks = [...byTask].sort(([a], [b]) => a - b);
  const all = described(rows);
  return {
    group_level_metrics: tasks.map(([task, group]) => ({ ...described(group), [TASK_INDEX]: task })),
    agent_metrics: all,
    key_metrics: Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith("mean/"))),
  };
}

function described(rows: Rows): Record<string, number> {
  const values = new Map<string, number[]>();
  for (const row of rows) {
    const masked = row["mask_sample"] === true;
    for (const [name, value] of Object.entries(row)) {
      const number = typeof value === "boolean" ? Number(value) : value;
      if (typeof number !== "number" || !Number.isFinite(number)) continue;
      if (name === TASK_INDEX || name === ROLLOUT_INDEX || (masked && name !== "mask_sample")) continue;
      const known = values.get(name);
      if (known !== undefined) known.push(number);
      else if (values.size < MOST_FIELDS) values.set(name, [number]);
    }
  }
  return Object.fromEntries([...values].flatMap(([name, numbers]) => describedNumber(name, numbers)));
}

function describedNumber(name: string, values: number[]): [string, number][] {
  const sorted = values.toSorted((a, b) => a - b);
  const average = mean(sorted);
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  const squares = sorted.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return [
    [`mean/${name}`, average],
    [`max/${name}`, sorted.at(-1)!],
    [`min/${name}`, sorted[0]!],
    [`median/${name}`, middle],
    [`std/${name}`, Math.sqrt(squares / Math.max(1, sorted.length - 1))],
  ];
}
