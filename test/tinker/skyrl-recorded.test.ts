import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadModelFace } from "../../src/formats/checkpoint.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startTinkerPolicy } from "../../src/policy/tinker/start-tinker-policy.ts";
import { filesOfArchive } from "../../src/policy/tinker/tinker-archive.ts";
import { kindOfRefusal, TinkerFailure, type TinkerFailureKind } from "../../src/policy/tinker/tinker-failure.ts";
import type { TinkerRequest } from "../../src/policy/tinker/tinker-http.ts";
import { decodePass, decodeSequences } from "../../src/policy/tinker/tinker-proto.ts";
import { randomKey, RandomStream } from "../../src/random.ts";

interface Recorded {
  readonly path: string;
  readonly answer: unknown;
}

/** What SkyRL's server answered, word for word. */
const { answers, failures } = JSON.parse(readFileSync(new URL("./skyrl-answers.json", import.meta.url), "utf8")) as {
  readonly answers: readonly Recorded[];
  readonly failures: readonly {
    readonly failure: { readonly kind: TinkerFailureKind; readonly status: number; readonly message: string };
  }[];
};

const BASE = "models/countdown-base";

/** Answers in the recorded order; whoever asks for something else than was asked then is told so. */
function replay(recorded: readonly Recorded[], seen: string[]): TinkerRequest {
  const left = [...recorded];
  return (path) => {
    seen.push(path);
    const next = left.shift();
    if (next?.path !== path) throw new Error(`Expected ${next?.path ?? "nothing more"}, got ${path}.`);
    const { answer } = next;
    const isBytes = typeof answer === "object" && answer !== null && "base64" in answer;
    return Promise.resolve(
      isBytes ? { bytes: new Uint8Array(Buffer.from(String(answer.base64), "base64")) } : { json: answer },
    );
  };
}

function bytesAt(index: number): Uint8Array {
  return new Uint8Array(Buffer.from((answers[index]!.answer as { readonly base64: string }).base64, "base64"));
}

const [PASS, SAMPLE] = answers.flatMap(({ answer }, i) =>
  typeof answer === "object" && answer !== null && "base64" in answer ? [i] : [],
) as [number, number];

test("a policy opens, samples and saves on what SkyRL answered", async () => {
  const { config, tokenizer } = await loadModelFace(BASE);
  const seen: string[] = [];
  const prompt = tokenizer.encode("<bos> 1 2 3 make 6 :");
  // The samples of the probe are recorded; a run's come in the same way.
  const sampled = answers.slice(SAMPLE - 1, SAMPLE + 1);
  const recorded = [...answers.slice(0, SAMPLE + 1), ...sampled, ...answers.slice(SAMPLE + 1)];
  const policy = await startTinkerPolicy({
    engine: "tinker+http://recorded",
    model: BASE,
    rank: 4,
    seed: 5,
    config,
    oneUpdate: false,
    weightDecay: 0,
    enginePatience: 0,
    probe: { prompt, readBack: (tokens) => tokenizer.encode(tokenizer.decode(tokens)), maxNewTokens: 128 },
    connection: { request: replay(recorded, seen) },
  });
  expect(policy.served!.note).toEqual({
    name: "tinker",
    version: "Tinker API Mock 0.0.1",
    device: "by JAX; not told which",
  });
  const keys = Array.from({ length: 8 }, () => randomKey(1));
  const options = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 128 };
  const [group] = await collectGroups(policy.sample([{ prompt, keys }], options));
  expect(group!.map(({ stop }) => stop)).toContain("end");
  expect(tokenizer.decode(group![0]!.tokens)).toContain("<answer>");
  expect(await policy.served!.save()).toMatchObject({ model: BASE, updates: 0 });
});

test("what SkyRL refuses and what it has forgotten are told apart", () => {
  for (const { failure } of failures) expect(kindOfRefusal(failure.status, failure.message)).toBe(failure.kind);
  expect(failures.map(({ failure }) => failure.kind)).toEqual(["refused", "forgotten"]);
  expect(kindOfRefusal(400, "Model model_ea07245b not loaded")).toBe("forgotten");
});

test("of a damaged answer nothing comes but an error", () => {
  const random = new RandomStream(randomKey(7));
  for (const [bytes, decode] of [
    [bytesAt(PASS), decodePass],
    [bytesAt(SAMPLE), decodeSequences],
    [bytesAt(PASS), filesOfArchive],
  ] as const) {
    for (let i = 0; i < 2000; i++) {
      const damaged = bytes.slice(0, 1 + Math.floor(random.next() * bytes.length));
      for (let at = 0; at < 3; at++)
        damaged[Math.floor(random.next() * damaged.length)] = Math.floor(random.next() * 256);
      try {
        decode(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(TinkerFailure);
      }
    }
  }
});
