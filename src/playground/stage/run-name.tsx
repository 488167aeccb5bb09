import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { addressText, SETTING_BOUNDS } from "../address.ts";
import type { TabState } from "../client/tab-client.ts";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { NumberSetting } from "./number-setting.tsx";

/** New seeds are short enough to be read out. */
const NEW_SEEDS = 10_000;

export interface RunNameProps extends Pick<SectionProps, "address" | "go"> {
  readonly state: TabState;
}

/** What names a run: its seed, its link, and the digest of all that it has computed. */
export function RunName({ address, go, state }: RunNameProps): VNode {
  const [copied, setCopied] = useState<"copied" | "by hand" | null>(null);
  const link = new URL(addressText(address), location.href).href;
  const digest = state.steps.at(-1)?.digest ?? null;
  const begin = (seed: number): void => {
    setCopied(null);
    go({ settings: { seed }, step: null, group: null, sample: null });
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied("copied");
    } catch {
      setCopied("by hand");
    }
  };
  return (
    <div class="run-name">
      <div class="run-name-row">
        <NumberSetting
          name={say("stage.seed")}
          value={address.settings.seed}
          bounds={SETTING_BOUNDS.seed}
          onChange={begin}
        />
        <button type="button" onClick={() => begin(newSeed())}>
          {say("stage.newSeed")}
        </button>
        <button type="button" onClick={() => void copy()}>
          {say("stage.copyLink")}
        </button>
        <span role="status" class="faint">
          {copied === "copied" ? say("stage.copied") : ""}
        </span>
      </div>
      {copied === "by hand" && (
        <label class="by-hand">
          {say("stage.byHand")}
          <input readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
        </label>
      )}
      {digest !== null && (
        <p class="faint">
          {say("stage.digest")} <code title={digest}>{digest.slice(0, 12)}</code>
        </p>
      )}
      <p class="faint">{say("stage.sameBytes")}</p>
    </div>
  );
}

function newSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % NEW_SEEDS;
}
