import type { VNode } from "preact";
import { say } from "../words/say.ts";
import type { Pace } from "./use-pace.ts";

/** Whether the run goes on while nobody looks at the page. */
export function GoesOn({ pace }: { readonly pace: Pace }): VNode {
  return (
    <label class="check">
      <input type="checkbox" checked={pace.goesOn} onChange={(event) => pace.setGoesOn(event.currentTarget.checked)} />{" "}
      {say("stage.goesOn")}
    </label>
  );
}
