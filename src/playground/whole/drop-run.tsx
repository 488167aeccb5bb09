import type { VNode } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { AhaError } from "../../errors.ts";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { say } from "../words/say.ts";

/** Bytes of a file that is opened in a page: it lies in memory twice. */
const MOST_BYTES = 256 * 2 ** 20;
const MEGABYTE = 2 ** 20;

export interface DropRunProps {
  /** @returns the run's name in the dashboard. @throws AhaError where it can't be opened */
  readonly open: (file: string, bytes: Uint8Array) => Promise<string>;
  readonly onOpened: (run: string) => void;
}

/** Where a `run.db` is dropped or chosen. What can't be opened is said in one sentence, and changes nothing. */
export function DropRun({ open, onOpened }: DropRunProps): VNode {
  const [over, setOver] = useState(false);
  const [told, setTold] = useState("");
  const input = useId();
  useEffect(keepPage, []);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setTold(say("whole.opening", { name: file.name }));
    try {
      if (file.size > MOST_BYTES) return setTold(say("whole.tooLarge", { megabytes: MOST_BYTES / MEGABYTE }));
      const run = await open(file.name, new Uint8Array(await file.arrayBuffer()));
      setTold(say("whole.opened", { name: file.name }));
      onOpened(run);
    } catch (error) {
      // A folder, or a file that went away, can't be read at all.
      const reason = error instanceof AhaError ? error.message : say("whole.unreadable");
      setTold(say("whole.refused", { reason }));
    }
  }

  return (
    <div
      class={over ? "whole-drop over" : "whole-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer?.files[0]);
      }}
    >
      <label for={input}>{say("whole.drop")}</label>
      <input
        id={input}
        type="file"
        accept=".db,application/vnd.sqlite3"
        onChange={({ currentTarget }) => {
          void take(currentTarget.files?.[0]);
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
      <p class="whole-hint">{say("whole.dropHint", { megabytes: MOST_BYTES / MEGABYTE })}</p>
      <p role="status" class="whole-told">
        <PlainText text={told} />
      </p>
    </div>
  );
}

/**
 * A file that misses its place would be opened by the browser, and the page with its run would be gone.
 *
 * @returns ends it
 */
function keepPage(): () => void {
  const refuse = (event: Event): void => event.preventDefault();
  for (const name of ["dragover", "drop"]) addEventListener(name, refuse);
  return () => {
    for (const name of ["dragover", "drop"]) removeEventListener(name, refuse);
  };
}
