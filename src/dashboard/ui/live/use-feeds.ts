import { useEffect, useState } from "preact/hooks";
import type { LiveEvent } from "../../api.ts";
import { ApiFailure, getJson } from "./api-client.ts";
import { liveEvents, type LiveState } from "./live-events.ts";
import { RunFeed } from "./run-feed.ts";

/** Feeds of runs, open as long as the component shows them; it is drawn anew when one changes. */
export function useFeeds(runs: readonly string[]): readonly RunFeed[] {
  const [feeds, setFeeds] = useState<readonly RunFeed[]>([]);
  const [, setVersion] = useState(0);
  const names = JSON.stringify(runs);
  useEffect(() => {
    const opened = (JSON.parse(names) as string[]).map((run) => new RunFeed(run));
    for (const feed of opened) feed.onChange(() => setVersion((version) => version + 1));
    setFeeds(opened);
    return () => opened.forEach((feed) => feed.close());
  }, [names]);
  return feeds;
}

export interface Fetched<Answer> {
  readonly answer: Answer | null;
  readonly failure: ApiFailure | null;
  /** The answer is that of an earlier path, and the new one is on its way. */
  readonly loading: boolean;
}

/**
 * What the server answers to a path; the last answer stays until the next is there.
 *
 * @param version asks again when it changes
 * @param wait milliseconds for which the path must stay the same first, for what is being typed
 */
export function useFetched<Answer>(path: string, version: unknown = 0, wait: number = 0): Fetched<Answer> {
  const [state, setState] = useState<Fetched<Answer> & { readonly path: string }>({
    answer: null,
    failure: null,
    loading: true,
    path,
  });
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    const ask = async (): Promise<void> => {
      try {
        const answer = await getJson<Answer>(path, abort.signal);
        if (!abort.signal.aborted) setState({ answer, failure: null, loading: false, path });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((before) => ({
          ...before,
          failure: error instanceof ApiFailure ? error : new ApiFailure(String(error), 0),
          loading: false,
          path,
        }));
      }
    };
    const timer = setTimeout(() => void ask(), wait);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, version, wait]);
  return state;
}

/** Milliseconds between two looks at a run whose rollouts are being read for the first time. */
const INDEX_AGAIN = 500;

/** The same of what is answered from the index of a run's rollouts: asked again until all of them were looked at. */
export function useIndexed<Answer extends { readonly indexed: number }>(
  path: string,
  version: unknown = 0,
  wait: number = 0,
): Fetched<Answer> {
  const [again, setAgain] = useState(0);
  const fetched = useFetched<Answer>(path, `${String(version)} ${again}`, wait);
  const indexed = fetched.answer?.indexed ?? 1;
  useEffect(() => {
    if (indexed >= 1 || fetched.loading) return undefined;
    const timer = setTimeout(() => setAgain((before) => before + 1), INDEX_AGAIN);
    return () => clearTimeout(timer);
  }, [indexed, fetched.loading, again]);
  return fetched;
}

/** Counts the events that `matters` picks, at most four a second: for views that ask again when something changed. */
export function useLiveVersion(run: string | null, matters: (event: LiveEvent) => boolean): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = liveEvents.listen(run, (event) => {
      if (!matters(event)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((before) => before + 1);
      }, 250);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
    // `matters` is written where it is used and means the same each time.
  }, [run]);
  return version;
}

export function useLiveState(): LiveState {
  const [state, setState] = useState<LiveState>(liveEvents.state);
  useEffect(() => {
    setState(liveEvents.state);
    return liveEvents.onState(setState);
  }, []);
  return state;
}
