import { decimal, integer, optionGroup, text, type GroupValues } from "../../options/index.ts";

/** Who writes the rollouts, and in which portions. */
export const SAMPLERS = optionGroup("elsewhere", "Rollouts on other machines", {
  /** A run's config doesn't have it: where rollouts are written changes no byte of them. */
  samplers: text({
    fallback: "",
    flag: "--samplers <address>",
    help: "the Redis or Valkey by which any number of `aha sampler` processes write the rollouts: redis://HOST:PORT, rediss:// for TLS",
    otherwise: "this process",
  }),
  problemsPerJob: integer({
    from: 0,
    to: 1_000_000,
    fallback: 0,
    flag: "--problems-per-job <n>",
    help: "problems whose completions are written as one job: it decides the last bits of log-probabilities, wherever they are computed",
    otherwise: "all at once; 4 with samplers",
  }),
  samplerPatience: decimal({
    from: 0,
    to: 14 * 24 * 60,
    fallback: 10,
    flag: "--sampler-patience <m>",
    help: "minutes that a Redis which is down, or a first sampler, is waited for",
  }),
});

export type SamplersOptions = GroupValues<typeof SAMPLERS>;

/** Problems of a job where samplers are asked and nobody says. */
const PROBLEMS_PER_JOB = 4;

/** The size of a job that samplers get is part of the run, so that the run can be made again without them. */
export function withJobSize<O extends Pick<SamplersOptions, "samplers" | "problemsPerJob">>(options: O): O {
  if (options.samplers === "" || options.problemsPerJob > 0) return options;
  return { ...options, problemsPerJob: PROBLEMS_PER_JOB };
}
