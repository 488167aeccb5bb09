import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCheckpoint } from "../../src/formats/checkpoint.ts";
import { shippedModel } from "../../src/formats/shipped-model.ts";
import { redisAddress } from "../../src/host/redis/redis-address.ts";
import { connectRedis } from "../../src/host/redis/redis-client.ts";
import { sha256Of } from "../../src/host/sha256.ts";
import { writeCard, type ModelCard } from "../../src/policy/samplers/model-card.ts";
import { SamplerFront, type AskedJob } from "../../src/policy/samplers/sampler-front.ts";
import { writeJob } from "../../src/policy/samplers/sampler-job.ts";
import { SamplerSide } from "../../src/policy/samplers/sampler-side.ts";
import { NO_REDIS, ownRedis, type OwnRedis } from "../judging/redis-server.ts";

const SAMPLING = { temperature: 1, topK: 0, topP: 1, greedy: false, maxNewTokens: 4 };

function jobOf(card: ModelCard): AskedJob {
  const modelSha256 = sha256Of(writeCard(card));
  const job = { modelSha256, weightsSha256: "0".repeat(64), requests: [], sampling: SAMPLING };
  const text = writeJob(job);
  return { id: sha256Of(text), text, job };
}

describe.skipIf(NO_REDIS !== null)(`a sampler's side (${NO_REDIS ?? "Redis"})`, () => {
  let redis: OwnRedis;
  let card: ModelCard;
  let side: SamplerSide;
  beforeAll(async () => {
    redis = await ownRedis();
    const { config } = await loadCheckpoint(shippedModel("countdown-base"));
    card = { config, adapted: undefined, positions: 64, threads: 1 };
    side = new SamplerSide(await connectRedis(redisAddress(redis.url, "")));
  });
  afterAll(async () => {
    await side.close();
    await redis.end();
    await redis.remove();
  });
  const open = (run: string, model: ModelCard = card): Promise<SamplerFront> =>
    SamplerFront.open(
      { address: redisAddress(redis.url, ""), run, card: model, patience: 1, onNote: () => undefined },
      0,
    );

  test("a learner that began anew with another model: its job comes with that model", async () => {
    const before = await open("anew");
    const [seen] = await side.present();
    const now = { ...card, threads: 2 };
    const after = await open("anew", now);
    await after.add([jobOf(now)]);
    const claimed = await side.claim(seen!);
    expect([seen!.card, claimed!.card]).toEqual([writeCard(card), writeCard(now)]);
    await claimed!.release();
    await before.close();
    await after.close();
  });

  test("the same job of two runs is held twice", async () => {
    const fronts = await Promise.all(["one", "two"].map((run) => open(run)));
    const job = jobOf(card);
    for (const front of fronts) await front.add([job]);
    const claimed = await Promise.all(["one", "two"].map((run) => side.claim({ run, card: writeCard(card) })));
    expect(await claimed[0]!.finish("")).toBe(true);
    // Longer than a lease: nothing but the other's heartbeat keeps it.
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    expect(claimed[1]!.lost.aborted).toBe(false);
    expect(await claimed[1]!.finish("")).toBe(true);
    for (const front of fronts) await front.close();
  }, 30_000);

  test("what is closed waits for no answer", async () => {
    const front = await open("closed");
    await front.close();
    const began = performance.now();
    await expect(front.look([jobOf(card)])).rejects.toThrow("the run has ended");
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
