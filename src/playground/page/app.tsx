import type { VNode } from "preact";
import { useEffect, useReducer, useState } from "preact/hooks";
import { addressText, readAddress, type TabAddress } from "../address.ts";
import { BreakItSection } from "../break-it/break-it-section.tsx";
import { GlossarySection } from "../glossary/glossary-section.tsx";
import { SpokenGlossary } from "../glossary/spoken-glossary.tsx";
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
import { onLanguage, pageLanguage, say } from "../words/say.ts";
import { Contents, isPagePlace } from "./contents.tsx";
import type { AddressChange, SectionProps } from "./section-props.ts";
import { TopBar } from "./top-bar.tsx";

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
  useEffect(() => {
    document.title = say("page.title");
  }, [pageLanguage()]);

  // Of an address that names a part of the page alone, such as a link that was opened in a tab of its own.
  useEffect(() => {
    if (isPagePlace(location.hash)) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, []);

  function go(change: AddressChange): void {
    const settings = { ...address.settings, ...change.settings };
    arrive({ ...address, ...change, settings });
  }

  function arrive(next: TabAddress): void {
    history.replaceState(null, "", addressText(next));
    setAddress(next);
    if (JSON.stringify(next.settings) !== JSON.stringify(client.state.settings)) begin(next.settings);
  }

  function begin(settings: TabSettings): void {
    client.stop();
    setClient(new TabClient(settings, ROOT, openTrainer));
  }

  useEffect(() => {
    const onHash = (): void => {
      // The browser has gone to the place by now; the address goes on naming the run.
      if (isPagePlace(location.hash)) history.replaceState(null, "", addressText(address));
      else arrive(readAddress(location.hash, DEFAULTS));
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  });

  const props: SectionProps = { client, address, go };
  return (
    <>
      <a class="skip" href="#main">
        {say("page.skip")}
      </a>
      <TopBar />
      <main id="main" tabIndex={-1}>
        <SpokenGlossary>
          <div class="spread">
            <StageSection {...props} again={() => begin(address.settings)} />
            <div class="prose">
              <Contents />
              <OneStepSection {...props} />
              <GuessSection {...props} />
              <BreakItSection {...props} />
              <MomentsSection {...props} />
              <RestSection {...props} />
              <CaveatsSection />
            </div>
          </div>
          <WholeSection {...props} />
          <GlossarySection />
        </SpokenGlossary>
      </main>
      <footer class="foot">
        <a href="./THIRD-PARTY.txt">{say("page.notices")}</a>
      </footer>
    </>
  );
}
