import type { VNode } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import { addressText, readAddress, type TabAddress } from "../address.ts";
import { BreakItSection } from "../break-it/break-it-section.tsx";
import { CaveatsSection } from "../caveats/caveats-section.tsx";
import { openTrainer } from "../client/open-trainer.ts";
import { TabClient } from "../client/tab-client.ts";
import { GuessSection } from "../guess/guess-section.tsx";
import { MomentsSection } from "../moments/moments-section.tsx";
import { OneStepSection } from "../one-step/one-step-section.tsx";
import { RestSection } from "../rest/rest-section.tsx";
import { TAB_DEFAULTS, type TabSettings } from "../settings.ts";
import { StageSection } from "../stage/stage-section.tsx";
import { WholeSection } from "../whole/whole-section.tsx";
import { onLanguage } from "../words/say.ts";
import type { AddressChange, SectionProps } from "./section-props.ts";

/** What this machine is asked to do where the address doesn't say. */
const DEFAULTS: TabSettings = {
  ...TAB_DEFAULTS,
  workers: Math.min(8, Math.max(TAB_DEFAULTS.workers, navigator.hardwareConcurrency - 1)),
};

const ROOT = new URL(".", location.href).href;

/** The whole page: the stage, and what is to be read and tried around it. */
export function PlaygroundApp(): VNode {
  const [address, setAddress] = useState(() => readAddress(location.hash, DEFAULTS));
  const [client, setClient] = useState(() => new TabClient(address.settings, ROOT, openTrainer));
  const [, repaint] = useReducer((count: number) => count + 1, 0);
  useEffect(() => onLanguage(() => repaint(undefined)), []);

  function go(change: AddressChange): void {
    const settings = { ...address.settings, ...change.settings };
    arrive({ ...address, ...change, settings });
  }

  function arrive(next: TabAddress): void {
    history.replaceState(null, "", addressText(next));
    setAddress(next);
    if (JSON.stringify(next.settings) === JSON.stringify(client.state.settings)) return;
    client.stop();
    setClient(new TabClient(next.settings, ROOT, openTrainer));
  }

  useEffect(() => {
    const onHash = (): void => arrive(readAddress(location.hash, DEFAULTS));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  });

  const props: SectionProps = { client, address, go };
  return (
    <main>
      <StageSection {...props} />
      <OneStepSection {...props} />
      <GuessSection {...props} />
      <BreakItSection {...props} />
      <MomentsSection {...props} />
      <RestSection {...props} />
      <CaveatsSection />
      <WholeSection {...props} />
    </main>
  );
}
