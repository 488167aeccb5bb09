import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { OptionError, RunError, show } from "../../errors.ts";
import { QUEUE_DATABASE, QUEUE_NAME_FILE } from "../../store/run-files.ts";
import type { EvaluationQueue } from "./evaluation-queue.ts";
import { hasQueue, noQueue, openQueueView, type QueueView } from "./queue-view.ts";
import { openBullQueue } from "./redis/bull-queue.ts";
import type { RedisAddress } from "./redis/redis-address.ts";
import { knownRunName } from "./redis/run-name.ts";
import { openSqliteQueue } from "./sqlite-queue.ts";

/** A run's queue as people look at it, and have something judged again. */
export type RunQueue = Pick<EvaluationQueue, "counts" | "list" | "log" | "rerun" | "close">;

/** Where a run's queue is: in its folder, or in a Redis under a name. */
export type RunQueuePlace = { readonly kind: "folder" } | { readonly kind: "redis"; readonly name: string };

/**
 * @param hasAddress a Redis was named by the user: it goes before a queue in the folder, which is of an earlier time
 * @returns null for a run without a queue
 * @throws RunError where the folder's files aren't plain ones
 */
export function runQueuePlace(folder: string, hasAddress: boolean): RunQueuePlace | null {
  const name = knownRunName(folder);
  if (name !== null && (hasAddress || !hasQueue(folder))) return { kind: "redis", name };
  return hasQueue(folder) ? { kind: "folder" } : null;
}

/**
 * Looks into a run's queue beside its writers. What lies in a folder is opened for writing only to have something
 * judged again. A Redis is asked where the user named it: an address out of a run's folder may be a stranger's.
 *
 * @throws RunError where there is none, it is damaged, or Redis is away; OptionError where the Redis isn't named
 */
export async function openRunQueue(folder: string, address: RedisAddress | undefined): Promise<RunQueue> {
  const place = runQueuePlace(folder, address !== undefined);
  if (place?.kind === "redis") {
    if (address === undefined) throw unnamedRedis(folder);
    return openBullQueue(address, place.name);
  }
  if (address !== undefined)
    throw new OptionError(
      `Expected a run whose queue is in a Redis, got ${folder}, which has no ${QUEUE_NAME_FILE}; leave \`queue\` out.`,
    );
  if (place === null) throw noQueue(folder);
  return inFolder(folder);
}

/** Why nothing in the folder can be judged again by this user; null where it can. */
export function whyUnwritable(folder: string): string | null {
  try {
    for (const path of [folder, join(folder, QUEUE_DATABASE)]) accessSync(path, constants.W_OK);
    return null;
  } catch {
    return "The run's folder can't be written by whoever serves this page.";
  }
}

function inFolder(folder: string): RunQueue {
  let opened: QueueView | undefined;
  const view = (): QueueView => (opened ??= openQueueView(folder));
  const close = (): void => {
    opened?.close();
    opened = undefined;
  };
  return {
    counts: async () => view().counts(),
    list: async (query) => view().list(query),
    log: async (id) => view().log(id),
    async rerun(which) {
      // A view is of the moment when it was opened.
      close();
      const queue = openSqliteQueue(folder);
      try {
        return await queue.rerun(which);
      } finally {
        await queue.close();
      }
    },
    close: async () => close(),
  };
}

function unnamedRedis(folder: string): RunError {
  return new RunError(
    `The queue of ${show(folder)} is in a Redis, which is asked only where you name it: give its address as \`queue\`.`,
  );
}
