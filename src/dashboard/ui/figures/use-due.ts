import { useEffect, useState } from "preact/hooks";

/** Milliseconds without a change after which charts far from the screen are drawn anew as well. */
const QUIET = 1000;

/**
 * Whether a drawing must be of the newest version: on the screen or near it always; elsewhere when nothing has changed
 * for a while, and when the page is printed.
 */
export function useDue(near: boolean, version: number | string): boolean {
  const [settled, setSettled] = useState<number | string | null>(null);
  const [printing, setPrinting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(version), QUIET);
    return () => clearTimeout(timer);
  }, [version]);
  useEffect(() => {
    const print = (): void => setPrinting(true);
    const printed = (): void => setPrinting(false);
    addEventListener("beforeprint", print);
    addEventListener("afterprint", printed);
    return () => {
      removeEventListener("beforeprint", print);
      removeEventListener("afterprint", printed);
    };
  }, []);
  return near || printing || settled === version;
}
