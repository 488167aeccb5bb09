import { expect, test } from "vitest";
import { fakeHost } from "../../../test/cli/fake-host.ts";
import { fakeCompositions } from "../../../test/cli/fake-results.ts";
import { runCommandLine } from "../command-line.ts";
import type { SamplerFlags } from "../sampler-flags.ts";

test("asks with what was given, and says what it wrote", async () => {
  const host = fakeHost();
  const asked: SamplerFlags[] = [];
  const compositions = fakeCompositions({
    sampler: (flags) => {
      asked.push(flags);
      return Promise.resolve({ address: "redis://box:6379", jobs: 3, completions: 24, tokens: 900, runs: 1 });
    },
  });
  const words = ["sampler", "redis://:secret@box:6379", "--workers", "2", "--json"];
  expect(await runCommandLine(words, host, compositions)).toBe(0);
  expect(asked).toEqual([{ address: "redis://:secret@box:6379", workers: 2 }]);
  const { out, error } = host.written();
  expect(error).toContain("Wrote 24 completions (900 tokens) in 3 jobs for 1 run at redis://box:6379.");
  expect(JSON.parse(out)).toMatchObject({ jobs: 3 });
});
