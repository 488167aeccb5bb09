import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { SETTING_BOUNDS } from "../address.ts";
import type { SectionProps } from "../page/section-props.ts";
import { BASELINES, REWARD_KINDS, TAB_MODELS, type TabSettings } from "../settings.ts";
import { say, type TextName } from "../words/say.ts";
import { NumberSetting } from "./number-setting.tsx";
import type { Pace } from "./use-pace.ts";
import { GoesOn } from "./goes-on.tsx";

/** In the order of the form, each with what it is called. */
const NUMBERS: readonly (readonly [keyof typeof SETTING_BOUNDS, TextName])[] = [
  ["problemsPerStep", "stage.problemsPerStep"],
  ["groupSize", "stage.groupSize"],
  ["temperature", "stage.temperature"],
  ["learningRate", "stage.learningRate"],
  ["accuracyWeight", "stage.accuracyWeight"],
  ["formatWeight", "stage.formatWeight"],
  ["steps", "stage.steps"],
  ["evaluateEvery", "stage.evaluateEvery"],
  ["workers", "stage.workers"],
];

const MODEL_NAMES: Readonly<Record<TabSettings["model"], TextName>> = {
  "countdown-base": "stage.modelBase",
  "countdown-small-base": "stage.modelSmall",
  "countdown-no-retries-base": "stage.modelNoRetries",
};
const BASELINE_NAMES: Readonly<Record<TabSettings["baseline"], TextName>> = {
  "mean-centred": "stage.baselineMean",
  "group-relative": "stage.baselineRelative",
  "leave-one-out": "stage.baselineOthers",
  none: "stage.baselineNone",
};
const REWARD_NAMES: Readonly<Record<TabSettings["rewards"], TextName>> = {
  rules: "stage.rewardsRules",
  length: "stage.rewardsLength",
};

export interface RunSettingsProps extends Pick<SectionProps, "address" | "go"> {
  readonly pace: Pace;
}

/** Everything that names a run beside its seed. A change begins another run. */
export function RunSettings({ address: { settings }, go, pace }: RunSettingsProps): VNode {
  const [isChanged, setChanged] = useState(false);
  const change = (changed: Partial<TabSettings>): void => {
    setChanged(true);
    go({ settings: changed, step: null, group: null, sample: null });
  };
  return (
    <details class="run-settings">
      <summary>{say("stage.more")}</summary>
      <p class="faint">{say("stage.beginsAnew")}</p>
      <div class="settings-grid">
        <Choice
          name={say("stage.model")}
          value={settings.model}
          choices={TAB_MODELS}
          names={MODEL_NAMES}
          onChange={(model) => change({ model })}
        />
        <Choice
          name={say("stage.baseline")}
          value={settings.baseline}
          choices={BASELINES}
          names={BASELINE_NAMES}
          onChange={(baseline) => change({ baseline })}
        />
        <Choice
          name={say("stage.rewards")}
          value={settings.rewards}
          choices={REWARD_KINDS}
          names={REWARD_NAMES}
          onChange={(rewards) => change({ rewards })}
        />
        {NUMBERS.map(([name, label]) => (
          <NumberSetting
            key={name}
            name={say(label)}
            value={settings[name]}
            bounds={SETTING_BOUNDS[name]}
            onChange={(value) => change({ [name]: value })}
          />
        ))}
      </div>
      <p role="status">{isChanged ? say("stage.newRun") : ""}</p>
      <GoesOn pace={pace} />
    </details>
  );
}

interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly value: Value;
  readonly choices: readonly Value[];
  readonly names: Readonly<Record<Value, TextName>>;
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>({ name, value, choices, names, onChange }: ChoiceProps<Value>): VNode {
  return (
    <label class="choice-setting">
      {name}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as Value)}>
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {say(names[choice])}
          </option>
        ))}
      </select>
    </label>
  );
}
