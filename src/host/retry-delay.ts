import { uniformAt, type RandomKey } from "../random.ts";

/** Seconds; also the most that a server is granted that asks for more. */
const LONGEST = 60;

/**
 * Seconds to wait before a request is sent again: 1, 2, 4, ... up to 60, of which a random half at most is left out, so
 * that clients that failed together don't come back together ("equal jitter": M. Brooker, Exponential Backoff And
 * Jitter, AWS Architecture Blog, 2015). A server that says when to come back is believed up to 60 seconds, plus up to
 * one of jitter.
 *
 * @param failures how often the request has failed, from 1
 * @param retryAfter seconds that the server asked for
 */
export function retryDelay(failures: number, key: RandomKey, retryAfter?: number): number {
  const share = uniformAt(key, failures);
  if (retryAfter !== undefined && retryAfter > 0) return Math.min(LONGEST, retryAfter + share);
  return Math.min(LONGEST, 2 ** (failures - 1)) * (0.5 + 0.5 * share);
}

/**
 * Seconds that a `Retry-After` header asks for: a number, or an HTTP date (RFC 9110, section 10.2.3).
 *
 * @param now milliseconds since 1970
 * @returns undefined where there is none, or it can't be read
 */
export function retryAfterSeconds(header: string | null | undefined, now: number = Date.now()): number | undefined {
  if (header === null || header === undefined || header.trim() === "") return undefined;
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}
