import { RunError, show } from "../errors.ts";
import type { Reward } from "../records/reward.ts";
import type { StoredRollout } from "../records/rollout.ts";
import {
  placeName,
  type GroupPlace,
  type KeptGroup,
  type RunSchedule,
  type ScheduleBook,
  type StepPlan,
  type WrittenBatch,
} from "../records/schedule.ts";
import { insertRollouts, ROLLOUT_COLUMNS, selectRollouts } from "./rollout-rows.ts";
import { MOST_STEPS } from "./row-shapes.ts";
import { damagedRow, decodeInteger, decodeJson, ReadBudget } from "./row-values.ts";
import { addTables, hasTable } from "./run-schema.ts";
import { fields, integerWithin, list, type Shape } from "./shape.ts";
import type { SqliteDatabase, SqlRow } from "./sqlite.ts";
import { jsonAt, rowsInOrder } from "./table-rows.ts";

/** What a rollout's reward says until its group is judged. */
const NOT_JUDGED: Reward = {
  total: null,
  breakdown: {},
  verdict: { kind: "unverifiable", reason: "waits for its verdict" },
};
const WAITING = JSON.stringify(NOT_JUDGED);

const MOST_PLAN = 2 ** 22;
const PAGE = 4096;
const place: Shape = (value) => list(integerWithin(0, MOST_STEPS), 2)(value);
const PLAN_SHAPE: Shape = fields({ groups: list(place, 2 ** 18), dropped: list(place, 2 ** 18) });

/** A group's row in the table of credit: which step has learnt from a rollout. */
export interface CreditRow extends GroupPlace {
  readonly sample: number;
  readonly step: number;
}

/** The schedule of a run as its database keeps it. A run that is synchronous has none, and no tables for it. */
export class StoredSchedule implements ScheduleBook {
  constructor(private readonly database: SqliteDatabase) {}

  batches(): WrittenBatch[] {
    if (!hasTable(this.database, "batches")) return [];
    const columns = ["after_step", "gap", "gap_max"].map((name) => castOf(name));
    return Array.from(rowsInOrder(this.database, "batches", ["batch", ...columns], -1), ({ key, row }) => ({
      batch: decodeInteger(key, MOST_STEPS, "batches"),
      afterStep: decodeInteger(row["after_step"], MOST_STEPS, "batches"),
      gap: row["gap"] === null ? null : { mean: gapOf(row, "gap"), max: gapOf(row, "gap_max") },
    }));
  }

  plans(): StepPlan[] {
    if (!hasTable(this.database, "plans")) return [];
    const budget = new ReadBudget(this.database);
    return Array.from(rowsInOrder(this.database, "plans", ["step"], -1), ({ key }) => this.planOf(key, budget)!);
  }

  *groups(): IterableIterator<KeptGroup> {
    if (!hasTable(this.database, "written")) return;
    let group: StoredRollout[] = [];
    for (const stored of selectRollouts(this.database, {}, "written")) {
      const [first] = group;
      if (first !== undefined && (first.step !== stored.step || first.problemIndex !== stored.problemIndex)) {
        yield keptGroup(group);
        group = [];
      }
      group.push(stored);
    }
    if (group.length > 0) yield keptGroup(group);
  }

  /** Which step has learnt from which rollout, in the order of batches, places and samples. */
  *credit(): IterableIterator<CreditRow> {
    if (!hasTable(this.database, "credit")) return;
    const names = ["batch", "place", "sample", "step"] as const;
    const sql = `SELECT ${names.map((name) => `CAST(${name} AS INTEGER) AS ${name}`).join(", ")} FROM credit
      WHERE (credit.batch, credit.place, credit.sample) > (?, ?, ?)
      ORDER BY credit.batch, credit.place, credit.sample LIMIT ${PAGE}`;
    let last = [-1, -1, -1];
    for (let rows: SqlRow[] = []; ;) {
      rows = this.database.all(sql, last);
      for (const row of rows) {
        const values = names.map((name) => decodeInteger(row[name], MOST_STEPS, "credit"));
        const [batch, index, sample, step] = values as [number, number, number, number];
        if (!rises(last, values)) throw damagedRow("credit", "its rows are out of order");
        last = [batch, index, sample];
        yield { batch, place: index, sample, step };
      }
      if (rows.length < PAGE) return;
    }
  }

  keepBatch({ batch, afterStep, gap }: WrittenBatch, rollouts: readonly (readonly StoredRollout[])[]): void {
    this.database.transaction(() => {
      addTables(this.database, "written", "batches", "plans", "credit");
      this.keepWritten({ batch, afterStep, gap });
      const kept = rollouts.flatMap((group, problemIndex) =>
        group.map((stored) => ({ ...stored, step: batch, problemIndex, reward: NOT_JUDGED, advantage: null })),
      );
      insertRollouts(this.database, batch, kept, "written");
    });
  }

  keepJudged({ batch, place: index }: GroupPlace, rewards: readonly Reward[]): void {
    this.database.transaction(() => {
      for (const [sample, reward] of rewards.entries())
        this.database.run(
          "UPDATE written SET reward = ?, verdict = ? WHERE step = ? AND problem_index = ? AND sample = ?",
          [JSON.stringify(reward), reward.verdict.kind, batch, index, sample],
        );
    });
  }

  keepPlan({ step, groups, dropped }: StepPlan): void {
    const pairs = (places: readonly GroupPlace[]): number[][] => places.map((one) => [one.batch, one.place]);
    const json = JSON.stringify({ groups: pairs(groups), dropped: pairs(dropped) });
    this.database.run("INSERT INTO plans (step, json) VALUES (?, ?)", [step, json]);
  }

  /** Takes another run's schedule: this one does as it says, as far as it goes. Before the first step. */
  follow({ batches, plans }: RunSchedule): void {
    this.database.transaction(() => {
      addTables(this.database, "written", "batches", "plans", "credit");
      for (const batch of batches) this.keepWritten({ ...batch, gap: null });
      for (const plan of plans) this.keepPlan(plan);
    });
  }

  /**
   * Says of the groups that a step's plan names that the step has learnt from them, each once. Inside the transaction
   * that keeps the step.
   *
   * @throws RunError where one was learnt from before, or the rollouts are not those of the plan
   */
  creditStep(step: number, rollouts: readonly StoredRollout[]): void {
    if (!hasTable(this.database, "plans")) return;
    const plan = this.planOf(step, new ReadBudget(this.database));
    if (plan === null) return;
    for (const { problemIndex, rollout } of rollouts) {
      const group = plan.groups[problemIndex ?? -1];
      if (group === undefined)
        throw new RunError(`Expected step ${step} to learn from the groups of its plan, got another.`);
      const values = [group.batch, group.place, rollout.sample];
      const known = this.database.get("SELECT step FROM credit WHERE batch = ? AND place = ? AND sample = ?", values);
      if (known !== undefined)
        throw new RunError(
          `Expected step ${step} to learn from rollouts that no step learnt from, got sample ${rollout.sample} of group ${placeName(group)} of step ${show(known["step"])}.`,
        );
      this.database.run("INSERT INTO credit (batch, place, sample, step) VALUES (?, ?, ?, ?)", [...values, step]);
    }
    for (const { batch, place: index } of [...plan.groups, ...plan.dropped])
      this.database.run("DELETE FROM written WHERE step = ? AND problem_index = ?", [batch, index]);
  }

  /**
   * Takes back what steps after one have learnt from, with its verdicts: they will learn from the same again. Before
   * the steps themselves are forgotten, in their transaction.
   */
  takeBack(after: number): void {
    if (!hasTable(this.database, "plans")) return;
    const placed = ["step", "problem_index", "advantage"];
    const columns = ROLLOUT_COLUMNS.filter((name) => !placed.includes(name)).join(", ");
    for (const { step, groups } of this.plans().filter((plan) => plan.step > after))
      for (const [i, { batch, place: index }] of groups.entries())
        this.database.run(
          `INSERT OR REPLACE INTO written (step, problem_index, advantage, ${columns})
           SELECT ?, ?, NULL, ${columns} FROM rollouts WHERE step = ? AND problem_index = ?`,
          [batch, index, step, i],
        );
    this.database.run("DELETE FROM credit WHERE step > ?", [after]);
  }

  /** Forgets what was decided for the steps after one, and what later weights wrote. */
  forget(after: number): void {
    if (!hasTable(this.database, "plans")) return;
    this.database.transaction(() => {
      this.database.run("DELETE FROM plans WHERE step > ?", [after]);
      this.database.run("DELETE FROM written WHERE step IN (SELECT batch FROM batches WHERE after_step > ?)", [after]);
      this.database.run("DELETE FROM batches WHERE after_step > ?", [after]);
    });
  }

  private keepWritten({ batch, afterStep, gap }: WrittenBatch): void {
    this.database.run("INSERT OR REPLACE INTO batches (batch, after_step, gap, gap_max) VALUES (?, ?, ?, ?)", [
      batch,
      afterStep,
      gap?.mean ?? null,
      gap?.max ?? null,
    ]);
  }

  private planOf(step: number, budget: ReadBudget): StepPlan | null {
    const where = `plans, step ${decodeInteger(step, MOST_STEPS, "plans")}`;
    const json = jsonAt(this.database, ["plans", "step"], step, MOST_PLAN);
    if (json === undefined) return null;
    budget.take(json instanceof Uint8Array ? json.length : 0, where);
    const { groups, dropped } = decodeJson<Record<"groups" | "dropped", [number, number][]>>(json, PLAN_SHAPE, where);
    return { step, groups: placesOf(groups, where), dropped: placesOf(dropped, where) };
  }
}

function placesOf(pairs: readonly (readonly number[])[], where: string): GroupPlace[] {
  return pairs.map(([batch, index]) => {
    if (batch === undefined || index === undefined) throw damagedRow(where, "expected a batch and a place of each");
    return { batch, place: index };
  });
}

function keptGroup(rollouts: readonly StoredRollout[]): KeptGroup {
  const [{ step: batch, problemIndex = 0 }] = rollouts as [StoredRollout];
  return { batch, place: problemIndex, rollouts, judged: rollouts.every(({ reward }) => !isWaiting(reward)) };
}

function isWaiting(reward: Reward): boolean {
  return JSON.stringify(reward) === WAITING;
}

function castOf(name: string): string {
  return name === "after_step" ? `CAST(${name} AS INTEGER) AS ${name}` : `CAST(${name} AS REAL) AS ${name}`;
}

function gapOf(row: SqlRow, name: string): number {
  const gap = row[name];
  if (typeof gap !== "number" || !Number.isFinite(gap) || gap < 0)
    throw damagedRow("batches", `expected \`${name}\` to be a number from 0 up, got ${show(gap)}`);
  return gap;
}

function rises([batch, index, sample]: readonly number[], [b, i, s]: readonly number[]): boolean {
  if (b !== batch) return b! > batch!;
  return i === index ? s! > sample! : i! > index!;
}
