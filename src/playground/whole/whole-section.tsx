import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useTabState } from "../client/use-client.ts";
import type { SectionProps } from "../page/section-props.ts";
import { say } from "../words/say.ts";
import { DashboardFrame } from "./dashboard-frame.tsx";
import { DropRun } from "./drop-run.tsx";
import { openStore } from "./open-store.ts";
import { StoreClient } from "./store-client.ts";
import { TAB_RUN } from "./store-calls.ts";
import { useExport } from "./use-export.ts";
import { Said } from "../glossary/said.tsx";

const ROOT = new URL(".", location.href).href;

/** What the frame shows, counted so that the same run can be shown again. */
interface Shown {
  readonly run: string;
  readonly count: number;
}

/** The dashboard over the tab's run or a dropped one, and the way to take the tab's run along. */
export function WholeSection({ client }: SectionProps): VNode {
  const { steps } = useTabState(client);
  const store = useRef<StoreClient | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const exporting = useExport();

  /** The worker and SQLite come when they are first wanted. */
  function opened(): StoreClient {
    store.current ??= new StoreClient(ROOT, openStore);
    store.current.follow(client);
    return store.current;
  }
  useEffect(() => store.current?.follow(client), [client]);
  useEffect(() => () => store.current?.stop(), []);

  function show(run: string): void {
    opened();
    setShown((before) => ({ run, count: (before?.count ?? 0) + 1 }));
  }

  return (
    <section id="whole" aria-labelledby="whole-title">
      <h2 id="whole-title">{say("whole.title")}</h2>
      <p>
        <Said name="whole.lead" />
      </p>
      <p class="whole-actions">
        <button type="button" class="button" onClick={() => show(TAB_RUN)}>
          {say("whole.open")}
        </button>
        <button
          type="button"
          class="button"
          disabled={steps.length === 0 || exporting.busy}
          onClick={() => exporting.take(opened(), client)}
        >
          {say("whole.export")}
        </button>
        <span role="status">{exporting.told}</span>
      </p>
      <p class="whole-hint">{say("whole.exportHint")}</p>
      <DropRun open={(name, bytes) => opened().open(name, bytes)} onOpened={show} />
      {shown !== null && store.current !== null && (
        <DashboardFrame store={store.current} run={shown.run} count={shown.count} />
      )}
    </section>
  );
}
