import type { ComponentChildren, VNode } from "preact";
import { useRef } from "preact/hooks";
import { say } from "../words/say.ts";
import { SCENES, type SceneName } from "./scene-props.ts";

export interface SceneTabsProps {
  readonly scene: SceneName;
  readonly onScene: (scene: SceneName) => void;
  readonly children: ComponentChildren;
}

const KEYS: Readonly<Record<string, (at: number) => number>> = {
  ArrowRight: (at) => at + 1,
  ArrowLeft: (at) => at - 1,
  Home: () => 0,
  End: () => SCENES.length - 1,
};

/** The scenes as tabs: arrow keys go from one to the next, and so do the buttons below. */
export function SceneTabs({ scene, onScene, children }: SceneTabsProps): VNode {
  const tabs = useRef<HTMLDivElement>(null);
  const at = SCENES.findIndex(([name]) => name === scene);
  const goTo = (place: number): void => onScene(SCENES[(place + SCENES.length) % SCENES.length]![0]);
  const onKey = (event: KeyboardEvent): void => {
    const move = KEYS[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const next = (move(at) + SCENES.length) % SCENES.length;
    goTo(next);
    tabs.current?.querySelectorAll<HTMLButtonElement>("[role=tab]")[next]?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={say("oneStep.scenes")} class="scene-tabs" ref={tabs} onKeyDown={onKey}>
        {SCENES.map(([name, text], place) => (
          <button
            type="button"
            role="tab"
            key={name}
            id={`scene-tab-${name}`}
            aria-selected={name === scene}
            aria-controls="scene-panel"
            tabIndex={name === scene ? 0 : -1}
            onClick={() => onScene(name)}
          >
            <span class="scene-number">{place + 1}</span> {say(text)}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="scene-panel" class="scene" aria-labelledby={`scene-tab-${scene}`} tabIndex={0}>
        {children}
      </div>
      <div class="scene-steps">
        <button type="button" disabled={at === 0} onClick={() => goTo(at - 1)}>
          {say("oneStep.back")}
        </button>
        <span class="faint">{say("oneStep.sceneOf", { at: at + 1, of: SCENES.length })}</span>
        <button type="button" disabled={at === SCENES.length - 1} onClick={() => goTo(at + 1)}>
          {say("oneStep.next")}
        </button>
      </div>
    </>
  );
}
