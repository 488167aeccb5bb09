import { withDeadline } from "../../host/deadline.ts";
import { redisError } from "../../host/redis/redis-client.ts";
import { RunError } from "../../errors.ts";

/** What BullMQ keeps of a job: JSON in JSON, so that ours is hashed and measured before it is parsed. */
export interface SamplerData {
  readonly job: string;
}

const ASK_SECONDS = 30;
/** Bytes a second that a network gives at least. */
const SLOWEST = 2 ** 18;

/** @returns the name of a run's queue of jobs */
export function samplerQueue(run: string): string {
  return `${run}.samples`;
}

/**
 * What Redis answers, with its errors as ours.
 *
 * @param shown its address without a password
 * @param bytes that go over the wire, which takes its time
 * @throws RunError where it is away, or doesn't answer in time
 */
export async function askedInTime<T>(shown: string, ask: () => Promise<T>, bytes: number = 0): Promise<T> {
  const seconds = ASK_SECONDS + bytes / SLOWEST;
  const late = (): never => {
    throw new RunError(`${AWAY}${shown} can't be asked (no answer within ${Math.round(seconds)} s).`);
  };
  try {
    return await withDeadline(ask(), seconds, late);
  } catch (error) {
    throw redisError(error, shown);
  }
}

const AWAY = "The queue at ";

/** Whether Redis couldn't be asked, as opposed to what it holds. */
export function isAway(error: unknown): boolean {
  return error instanceof RunError && error.message.startsWith(AWAY);
}
