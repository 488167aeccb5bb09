import type { Redis } from "ioredis";
import { OptionError } from "../../errors.ts";
import { newSecret } from "../../host/secrets.ts";
import { isRunName } from "../../judging/queue/redis/run-name.ts";
import { PREFIX } from "../../judging/queue/redis/bull-records.ts";

/** The runs that samplers look for. */
const RUNS = `${PREFIX}:sampled`;
/** Seconds after which a learner that says nothing is gone. */
export const PRESENT_SECONDS = 10;

/** This process: a run may have several policies in it, which take turns. */
const HERE = newSecret();
const here = new Map<string, number>();

/** Unless another process has it. */
const TAKE = `
local held = redis.call("GET", KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[1] .. " " .. ARGV[2], "PX", ARGV[3])
redis.call("SADD", KEYS[2], ARGV[4])
return 1`;
const LEAVE = `
local held = redis.call("GET", KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) == ARGV[1] then
  redis.call("DEL", KEYS[1])
  redis.call("SREM", KEYS[2], ARGV[2])
end
return 1`;

const REMOVE = `
if redis.call("EXISTS", KEYS[1]) == 1 then return 0 end
return redis.call("DEL", unpack(KEYS, 2))`;

/** A learner's word that it is there, with the card of its model: samplers find it, and a second learner is refused. */
export class Presence {
  constructor(
    private readonly client: Redis,
    private readonly run: string,
    private readonly card: string,
  ) {
    here.set(run, (here.get(run) ?? 0) + 1);
  }

  /** Says it, for some seconds. @returns false where another learner has the run */
  async say(): Promise<boolean> {
    const keys = [presenceKey(this.run), RUNS] as const;
    const said = [HERE, this.card, 1000 * PRESENT_SECONDS, this.run] as const;
    return (await this.client.eval(TAKE, keys.length, ...keys, ...said)) === 1;
  }

  /** @returns whether no other policy of this process has the run any more */
  async leave(): Promise<boolean> {
    const left = (here.get(this.run) ?? 1) - 1;
    if (left > 0) here.set(this.run, left);
    else here.delete(this.run);
    if (left > 0) return false;
    await this.client.eval(LEAVE, 2, presenceKey(this.run), RUNS, HERE, this.run);
    return true;
  }
}

/** A run whose learner is there. */
export interface PresentRun {
  readonly run: string;
  /** The text of its model's card. */
  readonly card: string;
}

/** The runs whose learners are there, by name; those that are gone are forgotten. */
export async function presentRuns(client: Redis): Promise<readonly PresentRun[]> {
  const names = (await client.smembers(RUNS)).filter(isRunName).sort();
  if (names.length === 0) return [];
  const said = await client.mget(...names.map(presenceKey));
  const gone = names.filter((_name, i) => said[i] === null);
  if (gone.length > 0) await client.srem(RUNS, ...gone);
  return names.flatMap((run, i) => {
    const text = said[i];
    return typeof text === "string" ? [{ run, card: text.slice(text.indexOf(" ") + 1) }] : [];
  });
}

/** Removes keys of a run, unless its learner is there. */
export async function removeWithoutLearner(client: Redis, run: string, keys: readonly string[]): Promise<void> {
  await client.eval(REMOVE, 1 + keys.length, presenceKey(run), ...keys);
}

export function secondLearner(run: string, shown: string): OptionError {
  return new OptionError(
    `Expected one learner for the run ${run} at ${shown}, got a second one; end the other, or copy the run without its file evaluations.name.`,
  );
}

function presenceKey(run: string): string {
  return `${PREFIX}:${run}:learner`;
}
