import { hostInUrl } from "../../host/allowed-hosts.ts";
import { placesOf, refuseUnknown, resolveFlat } from "../../options/index.ts";
import type { Task } from "../../tasks/index.ts";
import { openRunTask } from "../../training/run-task.ts";
import type { TrainingEvent } from "../../training/training-event.ts";
import { checkDataChoice } from "../../data/data-choice.ts";
import { Admission } from "../admission.ts";
import { checkListening, endListening, GRACE_SECONDS, startListening } from "../listening.ts";
import { RewardCounts, type RewardFigures } from "./reward-counts.ts";
import { RewardScorer } from "./reward-scorer.ts";
import { SERVE_REWARDS, type RewardServingOptions } from "./reward-serving-options.ts";
import { rewardsApp } from "./rewards-app.ts";

const DEFAULT_PORT = 8900;
/** Seconds that a connection without requests stays open: clients keep theirs for the next step. */
const IDLE_SECONDS = 120;

export interface ServeRewardsOptions extends Partial<Omit<RewardServingOptions, "task">> {
  /** A task (`defineTask`, `await dataTask(...)`), a name, or a module's path. */
  readonly task?: Task | string;
  /** A port that must be had; the first free one from 8900 on where absent. 0 for any. */
  readonly port?: number;
  /** Where to listen; 127.0.0.1 where absent, which this machine alone can reach. */
  readonly host?: string;
  /** What clients must bring as a bearer token; only this machine's may do without. */
  readonly token?: string;
  /** Names by which the server is reached too: that of a proxy or a container, say. */
  readonly allowHosts?: readonly string[];
  readonly signal?: AbortSignal;
  /** Told what was understood of data. */
  readonly onEvent?: (event: TrainingEvent) => void;
  /** Takes errors that are mistakes of ours; the client gets a line about them. */
  readonly onMistake?: (error: Error) => void;
}

/** Rewards that are being served. */
export interface ServedRewards {
  /** `http://127.0.0.1:8900`; the dialects are below it. */
  readonly url: string;
  readonly port: number;
  /** The task's name. */
  readonly task: string;
  /** How many problems it has in memory. */
  readonly problems: number;
  /** What was scored since the start. */
  figures(): RewardFigures;
  /**
   * Takes no new requests, lets what is being judged end, and ends.
   *
   * @param options.graceSeconds after which clients are left; 30 where absent
   */
  stop(options?: { readonly graceSeconds?: number }): Promise<void>;
}

const LISTENING = ["port", "host", "token", "allowHosts", "signal", "onEvent", "onMistake"];

/**
 * Serves the rewards of a task to training loops that are not ours: the same as `train` gives under the same options.
 *
 * @throws OptionError for unknown options, a port that is taken, an address that isn't this machine's, and one that
 *   others can reach without a token; TaskError or RunError for a task or data that can't be used
 */
export async function serveRewards(given: ServeRewardsOptions = {}): Promise<ServedRewards> {
  const names = placesOf(SERVE_REWARDS).map(({ stored }) => stored);
  refuseUnknown(given, Object.fromEntries([...names, ...LISTENING].map((option) => [option, true])));
  const { host = "127.0.0.1", token, allowHosts = [], signal, onEvent, onMistake = () => undefined } = given;
  checkListening(given, "server");
  const value = typeof given.task === "object" ? given.task : undefined;
  const own = Object.entries(given).filter(
    ([name]) => names.includes(name) && !(name === "task" && value !== undefined),
  );
  checkDataChoice(Object.fromEntries(own));
  const options = resolveFlat(SERVE_REWARDS, Object.fromEntries(own));
  const opened = await openRunTask({ ...options, dropLong: false }, { task: value }, { signal, onEvent });
  const closers = [() => opened.close()];
  const close = async (): Promise<void> => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const { task, source } = opened;
    const scorer = await RewardScorer.open({ task, source, options });
    closers.push(() => scorer.stop());
    const counts = new RewardCounts();
    const admission = new Admission(options.waiting, 0, "completions to be judged");
    let port = 0;
    let stopping = false;
    const app = rewardsApp({
      taskName: task.name,
      scorer,
      counts,
      admission,
      options,
      guard: { host, port: () => port, token: token ?? null, allowHosts, allowOrigins: null },
      stopping: () => stopping,
      onMistake,
    });
    const listening = await startListening(app.fetch, { port: given.port, host }, DEFAULT_PORT);
    const { server } = listening;
    server.keepAliveTimeout = IDLE_SECONDS * 1000;
    ({ port } = listening);
    return {
      url: `http://${hostInUrl(host)}:${port}`,
      port,
      task: task.name,
      problems: scorer.problems.size,
      figures: () => counts.figures(),
      async stop({ graceSeconds = GRACE_SECONDS } = {}) {
        stopping = true;
        await endListening(server, admission.empty(), graceSeconds);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
