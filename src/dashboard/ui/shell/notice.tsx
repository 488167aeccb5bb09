import type { ComponentChildren, VNode } from "preact";
import type { ApiFailure } from "../live/api-client.ts";

/** Says what is wrong, in the server's words. */
export function Failure({ failure }: { readonly failure: ApiFailure }): VNode {
  return (
    <p class="notice failure" role="alert">
      {failure.message}
    </p>
  );
}

export function Notice({ children }: { readonly children: ComponentChildren }): VNode {
  return <p class="notice">{children}</p>;
}

export function Loading(): VNode {
  return (
    <p class="notice loading" role="status">
      Loading…
    </p>
  );
}
