import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { AdvantageScene } from "./advantage-scene.tsx";
import { AfterScene } from "./after-scene.tsx";
import { CheckerScene } from "./checker-scene.tsx";
import { questionOf } from "./checked-answer.ts";
import { isAtRest } from "./drive-run.ts";
import { GroupChoice } from "./group-choice.tsx";
import { groupSums } from "./group-sums.ts";
import { MeanScene } from "./mean-scene.tsx";
import { PromptScene } from "./prompt-scene.tsx";
import { PushScene } from "./push-scene.tsx";
import type { SceneName, SceneProps } from "./scene-props.ts";
import { SCENES } from "./scene-props.ts";
import { SceneTabs } from "./scene-tabs.tsx";
import type { SeenPlace } from "./seen-place.ts";
import { useInside, type Inside } from "./use-inside.ts";
import { WritingScene } from "./writing-scene.tsx";

const SHOWN: Readonly<Record<SceneName, (props: SceneProps) => VNode>> = {
  prompt: PromptScene,
  writing: WritingScene,
  checker: CheckerScene,
  mean: MeanScene,
  advantage: AdvantageScene,
  push: PushScene,
  after: AfterScene,
};

/** One step of GRPO in seven scenes, with the numbers of a group of the run. */
export function OneStepSection(props: SectionProps): VNode {
  const inside = useInside(props);
  const { place } = inside;
  return (
    <section id="one-step" aria-labelledby="one-step-title">
      <h2 id="one-step-title">{say("oneStep.title")}</h2>
      <p class="lead">{say("oneStep.lead")}</p>
      <Orders inside={inside} {...props} />
      {place.kind === "here" && <Scenes inside={inside} place={place} address={props.address} />}
    </section>
  );
}

/** Where the reader is, and how to go elsewhere. */
function Orders({ inside, address, go }: SectionProps & { readonly inside: Inside }): VNode {
  const { place, state, aim, lookInside, trainToStep, giveUp } = inside;
  const at = state.steps.at(-1)?.metrics.step ?? 0;
  if (aim !== null)
    return (
      <div class="orders">
        <p role="status">{say("oneStep.trainingTo", { step: aim, at })}</p>
        <button type="button" onClick={giveUp}>
          {say("oneStep.stop")}
        </button>
      </div>
    );
  const failed = state.status === "failed";
  if (place.kind === "ahead" && place.step > state.settings.steps)
    return <p>{say("oneStep.beyond", { step: place.step, steps: state.settings.steps })}</p>;
  return (
    <div class="orders">
      {place.kind === "none" && <p>{say("oneStep.none")}</p>}
      {place.kind === "ahead" && <p>{say("oneStep.ahead", { step: place.step, at })}</p>}
      {place.kind === "missing" && <p>{say("oneStep.missing", { step: place.step })}</p>}
      {place.kind === "here" && address.step === null && !isAtRest(state) && <p>{say("oneStep.live")}</p>}
      {place.kind === "ahead" ? (
        <button
          type="button"
          class="button primary"
          disabled={failed || state.status === "over"}
          onClick={() => trainToStep(place.step)}
        >
          {say("oneStep.trainTo", { step: place.step })}
        </button>
      ) : (
        <button type="button" class="button primary" disabled={failed} onClick={lookInside}>
          {place.kind === "none" ? say("oneStep.first") : say("oneStep.inside")}
        </button>
      )}
      {address.step !== null && (
        <button type="button" onClick={() => go({ step: null, group: null, sample: null })}>
          {say("oneStep.follow")}
        </button>
      )}
    </div>
  );
}

interface ScenesProps {
  readonly inside: Inside;
  readonly place: SeenPlace<Inside["state"]["steps"][number]> & { readonly kind: "here" };
  readonly address: SectionProps["address"];
}

function Scenes({ inside, place, address }: ScenesProps): VNode {
  const [scene, setScene] = useState<SceneName>("prompt");
  const { step, group, isNewest } = place;
  const key = `${step.metrics.step}/${group.problemIndex}`;
  const [picked, setPicked] = useState({ key, sample: address.sample });
  const sums = groupSums(group);
  const fallback = Math.max(0, sums.rewards.indexOf(1));
  const wanted = picked.key === key ? (picked.sample ?? address.sample) : address.sample;
  const chosen = wanted !== null && wanted < group.rollouts.length ? wanted : fallback;
  const Scene = SHOWN[scene];
  const where = { step: step.metrics.step, right: sums.right, of: group.rollouts.length };
  const tab = SCENES.findIndex(([name]) => name === scene);
  const resting = isAtRest(inside.state);
  return (
    <>
      <h3 class="where">
        {say("oneStep.step", where)} · <PlainText text={questionOf(group.prompt)} /> · {say("oneStep.rightOf", where)}
        {!group.signal && ` · ${say("oneStep.noSignal")}`}
      </h3>
      <GroupChoice groups={step.groups} group={group} onGroup={inside.choose} />
      <SceneTabs scene={scene} onScene={setScene}>
        <Scene
          key={`${scene}/${key}`}
          settings={inside.state.settings}
          onChosen={(sample) => setPicked({ key, sample })}
          onLook={inside.lookInside}
          look={inside.look}
          {...{ step, group, sums, chosen, isNewest, resting }}
        />
      </SceneTabs>
      <p class="unseen" role="status">
        {resting &&
          say("oneStep.told", {
            at: tab + 1,
            of: SCENES.length,
            scene: say(SCENES[tab]![1]),
            question: questionOf(group.prompt),
          })}
      </p>
    </>
  );
}
