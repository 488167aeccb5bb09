import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { AdvantageScene } from "./advantage-scene.tsx";
import { AfterScene } from "./after-scene.tsx";
import { CheckerScene } from "./checker-scene.tsx";
import { bareQuestion } from "./worked-answer.ts";
import { isAtRest } from "../client/drive-run.ts";
import { GroupChooser } from "./group-choice.tsx";
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
import { Said } from "../glossary/said.tsx";

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
      <p class="lead">
        <Said name="oneStep.lead" />
      </p>
      <Orders inside={inside} {...props} />
      {place.kind === "here" && <Scenes inside={inside} place={place} address={props.address} />}
    </section>
  );
}

/** Where the reader is, and how to go elsewhere. */
function Orders({ inside, address, go }: SectionProps & { readonly inside: Inside }): VNode {
  const { place, state, aim, giveUp } = inside;
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
  if (place.kind === "ahead" && place.step > state.settings.steps)
    return <p>{say("oneStep.beyond", { step: place.step, steps: state.settings.steps })}</p>;
  return (
    <div class="orders">
      {place.kind === "none" && <p>{say("oneStep.none")}</p>}
      {place.kind === "ahead" && <p>{say("oneStep.ahead", { step: place.step, at })}</p>}
      {place.kind === "missing" && <p>{say("oneStep.missing", { step: place.step })}</p>}
      {state.missingGroup !== null && (
        <p role="status">{say("oneStep.noGroup", { group: state.missingGroup + 1, step: at })}</p>
      )}
      {place.kind === "here" && address.step === null && !isAtRest(state) && <p>{say("oneStep.live")}</p>}
      <MainOrder {...{ inside, address }} />
      {address.step !== null && (
        <button type="button" onClick={() => go({ step: null, group: null, sample: null })}>
          {say("oneStep.follow")}
        </button>
      )}
    </div>
  );
}

/** What is most likely wanted here. */
function MainOrder({ inside, address }: Pick<SectionProps, "address"> & { readonly inside: Inside }): VNode {
  const { place, state, look, lookInside, nextStep, trainToStep } = inside;
  const isOver = state.status === "over";
  const isSeen = place.kind === "here" && place.isNewest && address.step !== null && look !== null;
  const order = (text: string, act: () => void, disabled: boolean): VNode => (
    <button type="button" class="button primary" disabled={disabled || state.status === "failed"} onClick={act}>
      {text}
    </button>
  );
  if (place.kind === "ahead")
    return order(say("oneStep.trainTo", { step: place.step }), () => trainToStep(place.step), isOver);
  if (place.kind === "none") return order(say("oneStep.first"), lookInside, false);
  if (isSeen && isAtRest(state)) return order(say("oneStep.oneMore"), nextStep, isOver);
  const isThis = place.kind === "here" && place.isNewest;
  return order(isThis ? say("oneStep.inside") : say("oneStep.insideNewest"), lookInside, false);
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
        {say("oneStep.step", where)} · <PlainText text={bareQuestion(group.prompt)} /> · {say("oneStep.rightOf", where)}
        {!group.signal && ` · ${say("oneStep.noSignal")}`}
      </h3>
      <GroupChooser groups={step.groups} group={group} onGroup={inside.choose} />
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
            question: bareQuestion(group.prompt),
          })}
      </p>
    </>
  );
}
