import { useEffect, useState } from "preact/hooks";
import { readRoute, type Route } from "./route.ts";

/** The route of the address, and of every address after it. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return readRoute(hash);
}

/** Changes the address without a new entry in the history, for a form that is being filled. */
export function replaceAddress(hash: string): void {
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
