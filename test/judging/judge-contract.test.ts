import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { openGrpo } from "../../src/algorithms/grpo.ts";
import { optionRewards } from "../../src/algorithms/step-rewards.ts";
import { trainPolicy, type PolicySetting } from "../../src/algorithms/train-policy.ts";
import { resolveZeroOptions } from "../../src/training/zero-options.ts";
import { askCandidates } from "../../src/distillation/ask-candidates.ts";
import { filterCompletions, type TeacherCompletion } from "../../src/distillation/filter-completions.ts";
import { rejectionSample } from "../../src/distillation/rejection-sampling.ts";
import { sampleCandidates } from "../../src/distillation/sample-candidates.ts";
import { evaluatePolicy } from "../../src/evaluation/evaluate.ts";
import { loadSubject, type LoadedSubject } from "../../src/evaluation/open-subject.ts";
import { measuredSamples, sampleScore } from "../../src/evaluation/measured-samples.ts";
import { testTimeCompute } from "../../src/evaluation/test-time-compute.ts";
import { studyTemplates } from "../../src/evaluation/template-study.ts";
import { createJudge } from "../../src/judging/create-judge.ts";
import type { Judge } from "../../src/judging/judge.ts";
import type { Policy, SampledGroup } from "../../src/policy/policy.ts";
import type { SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import { randomKey } from "../../src/random.ts";
import type { Problem } from "../../src/records/problem.ts";
import type { Completion } from "../../src/records/rollout.ts";
import type { Unverifiable } from "../../src/records/verdict.ts";
import { loadTask } from "../../src/tasks/index.ts";
import { runPreflight } from "../../src/training/preflight.ts";
import { evaluateRun } from "../../src/training/evaluate-run.ts";
import { countUnverifiable, meanScore } from "../../src/verifiers/verdict-score.ts";
import { completion as endpointAnswer, send, stub } from "../contracts/fake-endpoint.ts";
import { BEHAVIOURS, OUTCOMES, taskModule, type Behaviour } from "./own-verifiers.ts";

const BASE = new URL("../../models/countdown-base", import.meta.url).pathname;

/** What each place that asks a judge came to: one answer is right, another is the verifier's to spoil. */
interface Found {
  readonly accuracy: number | null;
  readonly judged: number;
  readonly unverifiable: Unverifiable;
}

let opened: LoadedSubject;
let policy: Policy;

beforeAll(async () => {
  opened = await loadSubject(BASE);
  policy = answeringPolicy(opened);
});

/** A policy that always writes the same well-formed answer, and can't be updated. */
function answeringPolicy({ checkpoint: { tokenizer, config } }: LoadedSubject): Policy {
  const tokens = [
    ...tokenizer.encode("<think> 1 + 2 = 3 yes </think> <answer> 1 + 2 </answer>"),
    config.eosTokenIds[0]!,
  ];
  const completion: Completion = { tokens, logprobs: tokens.map(() => -0.1), stop: "end" };
  async function* sample(requests: readonly SamplingRequest[]): AsyncGenerator<SampledGroup> {
    for (const [index, { keys }] of requests.entries()) yield { index, completions: keys.map(() => completion) };
  }
  return { config, version: 0, sample } as unknown as Policy;
}

/** The first problem of each split is judged well, the second one by the behaviour. */
const spoilt = (behaviour: Behaviour): string =>
  `(problem, answer) => problem.data.place === 0 ? true : (${BEHAVIOURS[behaviour]})(problem, answer)`;

const two = (judge: Judge, split: "heldOut" | "train" = "heldOut"): ReturnType<Judge["task"]["problems"]> =>
  judge.task.problems(split).slice(0, 2);

const sampling = (judge: Judge) => ({
  judge,
  problems: two(judge),
  samples: 1,
  temperature: 1,
  maxCompletionTokens: 64,
  key: randomKey(1),
  version: 0,
});

/** A step of reinforcement learning on eight problems, two samples each. */
function training(judge: Judge): PolicySetting {
  const counts = { steps: 1, problemsPerStep: 8, groupSize: 2, resampleRounds: 0, maxCompletionTokens: 64 };
  const options = resolveZeroOptions({ base: BASE, ...counts });
  const values = { rewards: optionRewards(options), algorithm: openGrpo(options) };
  return { policy, tokenizer: opened.checkpoint.tokenizer, judge, template: opened.template, options, ...values };
}

const candidates = (judge: Judge) => ({
  problems: two(judge, "train"),
  samples: 1,
  temperature: 0.01,
  maxCompletionTokens: 128,
  seed: 1,
  workers: 1,
  journal: join(mkdtempSync(join(tmpdir(), "aha-distil-")), "samples.jsonl"),
});

/** Of candidates; and whether the rules keep the right ones alone. */
function foundIn(completions: readonly TeacherCompletion[]): Found {
  const verdicts = completions.map(({ verdict }) => verdict);
  const unverifiable = countUnverifiable(verdicts);
  const { kept, dropped } = filterCompletions(completions, { longestTokens: 128, mostRepeats: 9, perProblem: 9 });
  expect([kept.length, dropped.wrong, dropped.unverifiable]).toEqual([1, 1 - unverifiable.count, unverifiable.count]);
  return { accuracy: meanScore(verdicts), judged: verdicts.length - unverifiable.count, unverifiable };
}

const PLACES: Readonly<Record<string, (judge: Judge) => Promise<Found>>> = {
  "an evaluation": async (judge) =>
    (await evaluatePolicy(policy, opened.checkpoint.tokenizer, { ...sampling(judge), template: opened.template }))
      .evaluation,
  "the measurement of fine-tuning": async (judge) => {
    const given = { judge, template: opened.template, temperature: 1, version: 0 };
    const options = { evaluationSplit: "heldOut", evaluationProblems: 2, evaluationSamples: 1 } as const;
    const setting = { ...options, maxCompletionTokens: 64, seed: 1, workers: 1 };
    return (await evaluateRun(policy, opened.checkpoint.tokenizer, given, setting)).evaluation;
  },
  "a study of test-time compute": async (judge) => {
    const { judged, evaluation } = await evaluatePolicy(policy, opened.checkpoint.tokenizer, {
      ...sampling(judge),
      template: opened.template,
    });
    const samples = measuredSamples(judged);
    const [row] = testTimeCompute(samples, [64], randomKey(1));
    const counted = samples.flat().filter((sample) => sampleScore(sample) !== null);
    return { accuracy: row!.majorityVote, judged: counted.length, unverifiable: evaluation.unverifiable };
  },
  "a study of templates": async (judge) => {
    const templates = [{ name: "as trained", kind: "training", template: opened.template }] as const;
    return (await studyTemplates(policy, opened.checkpoint.tokenizer, templates, sampling(judge))).rows[0]!;
  },
  "the preflight": async (judge) => {
    // Of its 32 problems one is the verifier's to spoil.
    const [good, spoiled] = judge.task.problems("train");
    const problems = (): Problem[] => Array.from({ length: 32 }, (_, i) => (i === 7 ? spoiled! : good!));
    const found = await runPreflight({
      ...training({ ...judge, task: { ...judge.task, problems } }),
      memory: {} as never,
    });
    const { count, reasons } = found.unverifiable;
    expect(found.judged + count).toBe(64);
    // Of two problems, without the thirty others that are right.
    const judged = found.judged / 2;
    return {
      accuracy: (found.passRate * judged - 30) / (judged - 30),
      judged: judged - 30,
      unverifiable: { count: count / 2, reasons },
    };
  },
  "a step of training": async (judge) => {
    for await (const { metrics, groups } of trainPolicy(training(judge), 1)) {
      // Eight problems of two samples: as many of the spoilt ones as the verifier leaves are judged.
      expect(metrics.rollouts).toBe(16);
      const chosen = groups.filter(({ problem }) => (problem.data as { place: number }).place < 2);
      const verdicts = chosen.map(({ rollouts }) => rollouts[0]!.verdict);
      const scores = verdicts.map((verdict) => meanScore([verdict]));
      if (metrics.unverifiable.count > 0) {
        expect(metrics.accuracy).toBe(1);
        // What could not be judged earns nothing, and teaches nothing.
        const unjudged = groups.flatMap(({ rollouts }) =>
          rollouts.filter(({ verdict }) => meanScore([verdict]) === null),
        );
        expect(unjudged).toHaveLength(metrics.unverifiable.count);
        for (const { reward, advantage } of unjudged) expect([reward.total, advantage]).toEqual([null, null]);
      }
      return {
        accuracy: meanScore(verdicts),
        judged: scores.filter((score) => score !== null).length,
        unverifiable: { count: countUnverifiable(verdicts).count, reasons: metrics.unverifiable.reasons },
      };
    }
    throw new Error("no step");
  },
  "the candidates of distillation": async (judge) => {
    return foundIn(await sampleCandidates(opened, judge, candidates(judge)));
  },
  "the candidates of a teacher behind an endpoint": async (judge) => {
    const { baseUrl: endpoint } = await stub((response) =>
      send(response, 200, endpointAnswer("<think> 1 + 2 = 3 yes </think> <answer> 1 + 2 </answer>")),
    );
    const options = { ...candidates(judge), endpoint, endpointModel: "teacher" };
    return foundIn(await askCandidates(opened, judge, options));
  },
};

describe.each(Object.keys(PLACES))("%s", (place) => {
  test.each(Object.keys(BEHAVIOURS) as Behaviour[])("with a verifier that %s", async (behaviour) => {
    const path = taskModule(spoilt(behaviour));
    const judge = createJudge(await loadTask(path), path, { verifierSeconds: 0.2 });
    const outcome = OUTCOMES[behaviour];
    try {
      const found = await PLACES[place]!(judge);
      if (typeof outcome === "number") {
        expect(found).toMatchObject({
          accuracy: (1 + outcome) / 2,
          judged: 2,
          unverifiable: { count: 0, reasons: [] },
        });
      } else {
        // Neither right nor wrong: what is left is judged, and what isn't is named.
        expect(found).toMatchObject({ accuracy: 1, judged: 1, unverifiable: { count: 1 } });
        expect(found.unverifiable.reasons[0]?.reason).toMatch(outcome);
      }
    } finally {
      await judge.stop();
    }
  });
});

test.each(["an evaluation", "the measurement of fine-tuning", "a study of test-time compute", "a study of templates"])(
  "%s of which nothing could be judged ends in the verifier's own words",
  async (place) => {
    const path = taskModule(BEHAVIOURS.declines);
    const judge = createJudge(await loadTask(path), path);
    await expect(PLACES[place]!(judge)).rejects.toThrow(
      "Expected the verifier of the task own to judge answers, but all 2 are unverifiable (no reference answer); mend it.",
    );
    await judge.stop();
  },
);

test.each<readonly [string, number, (path: string, judge: Judge) => Promise<unknown>]>([
  ["the preflight", 64, (_path, judge) => runPreflight({ ...training(judge), memory: {} as never })],
  [
    "distillation",
    8,
    (task) => {
      const folder = join(mkdtempSync(join(tmpdir(), "aha-distil-")), "data");
      return rejectionSample(folder, { model: BASE, task, samples: 1, temperature: 0.01, workers: 1 });
    },
  ],
])("%s of which nothing could be judged ends in the verifier's own words", async (_place, count, work) => {
  const path = taskModule(BEHAVIOURS.declines);
  const judge = createJudge(await loadTask(path), path);
  await expect(work(path, judge)).rejects.toThrow(
    `Expected the verifier of the task own to judge answers, but all ${count} are unverifiable (no reference answer); mend it.`,
  );
  await judge.stop();
});
