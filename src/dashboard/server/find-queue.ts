import { openRunQueue, runQueuePlace, whyUnwritable } from "../../judging/queue/run-queue.ts";
import type { RedisAddress } from "../../judging/queue/redis/redis-address.ts";
import type { FindQueue } from "./queue-routes.ts";
import { RequestError } from "./request-error.ts";
import type { RunFolders } from "./run-folders.ts";

const READ_ONLY =
  "This dashboard is read-only (`aha dashboard --read-only`): have it judged again by `aha queue RUN --rerun NUMBER`.";

/** The queues that lie in runs' folders: asked in the process that reads them. */
export function queuesInFolders(folders: RunFolders): FindQueue {
  return async (run) => {
    const folder = folders.folderOf(run);
    const place = runQueuePlace(folder, false);
    if (place === null) throw new RequestError(404, "This run has no queue: its verdicts were given as they came.");
    if (place.kind === "redis")
      throw new RequestError(
        409,
        "The queue of this run is in a Redis, which is asked only where you name it: aha dashboard --queue ADDRESS.",
      );
    const readOnly = folders.place.readOnly ? READ_ONLY : whyUnwritable(folder);
    return { queue: await openRunQueue(folder, undefined), at: null, readOnly };
  };
}

/** Those in a Redis, which has a password: asked in the server's own process, and not beside what strangers wrote. */
export function queuesInRedis(folders: RunFolders, address: RedisAddress): FindQueue {
  return async (run) => {
    const folder = folders.folderOf(run);
    if (runQueuePlace(folder, true)?.kind !== "redis") return null;
    const readOnly = folders.place.readOnly ? READ_ONLY : null;
    return { queue: await openRunQueue(folder, address), at: address.shown, readOnly };
  };
}
