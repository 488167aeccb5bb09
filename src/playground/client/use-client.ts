import { useEffect, useState } from "preact/hooks";
import type { TabClient, TabState } from "./tab-client.ts";

/** The state of a run, followed. */
export function useTabState(client: TabClient): TabState {
  const [state, setState] = useState(client.state);
  useEffect(() => {
    setState(client.state);
    return client.listen(() => setState(client.state));
  }, [client]);
  return state;
}
