import { meanScore } from "../../verifiers/verdict-score.ts";
import type { Hono } from "hono";
import { findAhaMoments } from "../../emergence/index.ts";
import type { Split } from "../../records/problem.ts";
import { runTaskOf, taskOfRun, type RolloutPlace } from "../../store/index.ts";
import type { AhaMoments, Distributions, ProblemHistory, ProblemLine, ProblemList, RolloutPage } from "../api.ts";
import { byKey } from "./by-key.ts";
import { answerJson } from "./answer-json.ts";
import { groupDetail, problemHistory, type CompletionContext } from "./completion-detail.ts";
import type { OpenedRuns } from "./opened-runs.ts";
import { readInteger } from "./read-parameters.ts";
import { readFilter } from "./read-filter.ts";
import { RequestError } from "./request-error.ts";
import type { IndexedRun } from "./rollout-index/indexed-run.ts";
import type { RolloutIndexes } from "./rollout-index/rollout-indexes.ts";
import type { RunReader } from "./run-reader.ts";
import type { RunTokenizers } from "./run-tokenizers.ts";

export interface RolloutRouteParts {
  readonly opened: OpenedRuns;
  readonly indexes: RolloutIndexes;
  readonly tokenizers: Pick<RunTokenizers, "of">;
}

/** Visits of one problem that are shown; of more, evenly many are left out. */
const MOST_VISITS = 100;
const QUESTION_BYTES = 400;
const MEASURED_SPLITS: readonly Split[] = ["validation", "heldOut"];

/** The routes that look into completions. */
export function addRolloutRoutes(app: Hono, { opened, indexes, tokenizers }: RolloutRouteParts): void {
  const reading = async (reader: RunReader): Promise<CompletionContext> => ({
    tokenizer: await tokenizers.of(reader.folder),
    task: runTaskOf(reader.config),
  });

  app.get("/api/runs/:id/rollouts", async (context) => {
    const filter = readFilter(context);
    const reader = opened.reader(context.req.param("id"));
    const index = indexes.of(context.req.param("id"));
    return answerJson(context, {
      ...(await index.page(filter)),
      indexed: indexedShare(index, reader),
    } satisfies RolloutPage);
  });
  app.get("/api/runs/:id/groups/:step/:index", async (context) => {
    const reader = opened.reader(context.req.param("id"));
    const [step, index] = [context.req.param("step"), context.req.param("index")].map((text) =>
      /^\d{1,9}$/.test(text) ? Number(text) : NaN,
    ) as [number, number];
    if (Number.isNaN(step + index))
      throw new RequestError(400, "Expected the numbers of a step and of a problem in it.");
    return answerJson(context, groupDetail(reader, step, index, await reading(reader)));
  });
  app.get("/api/runs/:id/problems", async (context) => {
    const reader = opened.reader(context.req.param("id"));
    const index = indexes.of(context.req.param("id"));
    const problems = await index.problems();
    const questionOf = questions(reader);
    return answerJson(context, {
      problems: [
        ...problems.map(({ first, ...problem }) => ({
          ...problem,
          question: questionOf(problem.id, first),
          watched: false,
        })),
        ...watchedLines(reader),
      ],
      indexed: indexedShare(index, reader),
    } satisfies ProblemList);
  });
  app.get("/api/runs/:id/problems/:problemId", async (context) => {
    const reader = opened.reader(context.req.param("id"));
    const id = context.req.param("problemId");
    const index = indexes.of(context.req.param("id"));
    const steps = (await index.problems()).find((problem) => problem.id === id)?.steps ?? [];
    return answerJson(context, {
      ...problemHistory(reader, id, evenly(steps, MOST_VISITS), await reading(reader)),
      indexed: indexedShare(index, reader),
    } satisfies ProblemHistory);
  });
  app.get("/api/runs/:id/distributions", async (context) => {
    const reader = opened.reader(context.req.param("id"));
    const index = indexes.of(context.req.param("id"));
    const step = readInteger(context, "step") ?? reader.lastStep;
    return answerJson(context, {
      step,
      distributions: await index.distributions(step),
      indexed: indexedShare(index, reader),
    } satisfies Distributions);
  });
  app.get("/api/runs/:id/aha", async (context) => {
    const reader = opened.reader(context.req.param("id"));
    const index = indexes.of(context.req.param("id"));
    const trained = (await index.ahaMoments()).map((moment) => ({ ...moment, watched: false }));
    const watched = findAhaMoments(reader.opened().watched(), runTaskOf(reader.config)?.attempts ?? null).map(
      (moment) => ({ ...moment, watched: true }),
    );
    return answerJson(context, {
      moments: [...trained, ...watched].sort((a, b) => a.step - b.step),
      indexed: indexedShare(index, reader),
    } satisfies AhaMoments);
  });
}

/** While a run is being written its steps may be known before their rollouts, or after. */
function indexedShare(index: IndexedRun, reader: RunReader): number {
  return reader.rollouts === 0 ? 1 : Math.min(1, index.size / reader.rollouts);
}

/** What a problem asks, in the words of its task where that comes with the package; else the prompt. */
function questions(reader: RunReader): (id: string, first: RolloutPlace) => string {
  const known = knownQuestions(reader, ["train"]);
  return (id, first) => known.get(id) ?? reader.opened().promptStart(first, QUESTION_BYTES) ?? "";
}

/** Questions by the id of their problem; none where the task doesn't come with the package. */
function knownQuestions(reader: RunReader, splits: readonly Split[]): ReadonlyMap<string, string> {
  const task = taskOfRun(reader.config);
  return new Map(
    task === null ? [] : splits.flatMap((split) => task.problems(split)).map(({ id, question }) => [id, question]),
  );
}

/** The problems that evaluations follow, a few dozen completions at each. */
function watchedLines(reader: RunReader): ProblemLine[] {
  const known = knownQuestions(reader, MEASURED_SPLITS);
  return [...byKey(reader.opened().watched(), ({ problemId }) => problemId)].map(([id, rollouts]) => {
    const visits = [...byKey(rollouts, ({ step }) => step)];
    return {
      id,
      difficulty: rollouts[0]!.difficulty,
      question: known.get(id) ?? rollouts[0]!.prompt.slice(0, QUESTION_BYTES),
      watched: true,
      steps: visits.map(([step]) => step),
      right: visits.map(([, group]) => meanScore(group.map(({ reward }) => reward.verdict))),
    };
  });
}

/** At most so many, the first and the last among them. */
function evenly(steps: readonly number[], most: number): readonly number[] {
  if (steps.length <= most) return steps;
  return Array.from({ length: most }, (_, i) => steps[Math.round((i * (steps.length - 1)) / (most - 1))]!);
}
