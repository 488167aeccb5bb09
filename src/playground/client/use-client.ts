import { useEffect, useReducer } from "preact/hooks";
import type { TabClient, TabState } from "./tab-client.ts";

/** The state of a run, followed. Of another run it is that one's from the first drawing on. */
export function useTabState(client: TabClient): TabState {
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    // What was told between the drawing and now.
    repaint(undefined);
    return client.listen(() => repaint(undefined));
  }, [client]);
  return client.state;
}
