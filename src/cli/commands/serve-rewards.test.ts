import { expect, test, vi } from "vitest";
import { fakeHost, type FakeHost } from "../../../test/cli/fake-host.ts";
import { fakeCompositions } from "../../../test/cli/fake-results.ts";
import type { RewardFigures } from "../../server/rewards/reward-counts.ts";
import { runCommandLine } from "../command-line.ts";
import type { Compositions } from "../compositions.ts";
import { figuresText } from "./serve-rewards.ts";

const NOTHING: RewardFigures = {
  judged: 0,
  right: 0,
  unverifiable: 0,
  unknown: 0,
  unverifiableShare: null,
  meanReward: null,
  reasons: [],
};
const SOME: RewardFigures = {
  judged: 98,
  right: 49,
  unverifiable: 2,
  unknown: 1,
  unverifiableShare: 0.02,
  meanReward: 0.5,
  reasons: [{ reason: "down\nagain", count: 2 }],
};

interface FakeRewards {
  readonly asked: Record<string, unknown>[];
  figures: RewardFigures;
  stopped: boolean;
  readonly compositions: Partial<Compositions>;
}

/** Rewards that are served until they are stopped. */
function fakeRewards(): FakeRewards {
  const fake: FakeRewards = {
    asked: [],
    figures: NOTHING,
    stopped: false,
    compositions: {
      serveRewards: async ({ onMistake: _onMistake, ...options }) => {
        fake.asked.push(options);
        return {
          url: "http://127.0.0.1:8900",
          port: 8900,
          task: "mine",
          problems: 12,
          figures: () => fake.figures,
          stop: async () => void (fake.stopped = true),
        };
      },
    },
  };
  return fake;
}

const start = (words: string, host: FakeHost, compositions: Partial<Compositions>): Promise<number> =>
  runCommandLine(words.split(" "), host, fakeCompositions(compositions));
const said = (host: FakeHost): Promise<boolean> =>
  vi.waitUntil(() => host.written().error.includes("Ctrl-C"), { timeout: 60_000 });

test("flags before and after are the command's own; it tells what it scores, and serves until Ctrl-C", async () => {
  const fake = fakeRewards();
  const host = fakeHost();
  const words = "serve rewards --task ./mine.ts --port 8977 --format-weight 0.5 --kind maths --token mine --judges 4";
  const ended = start(words, host, fake.compositions);
  await said(host);
  expect(host.written().out).toBe("The rewards of mine (12 problems) are served at http://127.0.0.1:8900\n");
  host.at(10);
  expect(host.written().error).not.toContain("scored");
  fake.figures = SOME;
  host.at(20);
  host.at(30);
  expect(host.written().error.match(/scored/g)).toHaveLength(1);
  host.interrupt();
  expect(await ended).toBe(0);
  expect(fake.stopped).toBe(true);
  expect(fake.asked).toEqual([
    { task: "./mine.ts", port: 8977, formatWeight: 0.5, goldKind: "maths", token: "mine", judges: 4 },
  ]);
});

test("--json: one object on standard output", async () => {
  const host = fakeHost();
  const ended = start("serve rewards --json", host, fakeRewards().compositions);
  await said(host);
  expect(JSON.parse(host.written().out)).toEqual({
    url: "http://127.0.0.1:8900",
    port: 8900,
    task: "mine",
    problems: 12,
    token: null,
  });
  host.interrupt();
  await ended;
});

test("on a network there is a token always", async () => {
  const fake = fakeRewards();
  const host = fakeHost();
  const ended = start("serve rewards --host 0.0.0.0", host, fake.compositions);
  await said(host);
  expect(fake.asked[0]!["token"]).toMatch(/^[\w-]{43}$/);
  expect(host.written().error).toContain("This is plain HTTP");
  host.interrupt();
  await ended;
});

test("what was scored, in a line", () => {
  expect(figuresText(NOTHING)).toBe("Nothing was scored yet.");
  expect(figuresText(SOME)).toBe(
    "100 completions scored, 49.0 % right, 2 unverifiable (2.0 %: down\\nagain), 1 with an unknown label, mean reward 0.500.",
  );
});
