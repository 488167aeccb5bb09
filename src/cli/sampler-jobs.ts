import { availableParallelism, hostname } from "node:os";
import { integerOption } from "../errors.ts";
import { redisAddress } from "../host/redis/redis-address.ts";
import { connectRedis } from "../host/redis/redis-client.ts";
import { ownKind } from "../policy/samplers/own-kind.ts";
import { runSampler } from "../policy/samplers/run-sampler.ts";
import { SamplerSide } from "../policy/samplers/sampler-side.ts";
import type { Watch } from "./compositions.ts";
import type { SamplerFlags, SamplerSummary } from "./sampler-flags.ts";

const MOST_WORKERS = 1024;
/** Minutes for which a Redis that is down is waited for. */
const PATIENCE = 10;

/** Samples for runs until it is stopped. */
export async function sampleFor(
  { address: text, token, workers = availableParallelism() }: SamplerFlags,
  { signal, onEvent }: Watch,
): Promise<SamplerSummary> {
  integerOption("workers", workers, 1, MOST_WORKERS);
  const address = redisAddress(text, token, "address");
  const side = new SamplerSide(await connectRedis(address));
  try {
    const onNote = (note: string): void => onEvent({ kind: "note", text: note });
    const sampler = { name: `${hostname()}, process ${process.pid}`, kind: await ownKind() };
    onNote(`Samples for ${address.shown}, with ${workers} engine thread${workers === 1 ? "" : "s"}.`);
    const totals = await runSampler(side, { sampler, workers, signal, patience: PATIENCE, onNote });
    return { address: address.shown, ...totals };
  } finally {
    await side.close();
  }
}
