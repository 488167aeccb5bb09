import { useLayoutEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";

/** The width of an element in whole pixels, and whether it is on the screen or near it. */
export function usePlace(element: RefObject<HTMLElement | null>): { readonly width: number; readonly near: boolean } {
  const [width, setWidth] = useState(0);
  const [near, setNear] = useState(true);
  useLayoutEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    setWidth(Math.floor(target.clientWidth));
    const resize = new ResizeObserver(() => setWidth(Math.floor(target.clientWidth)));
    resize.observe(target);
    const sight = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? true), {
      rootMargin: "400px",
    });
    sight.observe(target);
    return () => {
      resize.disconnect();
      sight.disconnect();
    };
  }, []);
  return { width, near };
}
