import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { readRecording } from "../../export/recording/read-recording.ts";
import type { Recording } from "../../export/recording/recording.ts";
import { say } from "../words/say.ts";
import { RecordingPlayer } from "./recording-player.tsx";

/** Plays a recording from the reader's disk; it goes nowhere. */
export function OwnRecording(): VNode {
  const [recordings, setRecordings] = useState<readonly Recording[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    try {
      setRecordings([readRecording(new Uint8Array(await file.arrayBuffer()))]);
      setFailure(null);
    } catch (error) {
      // What was played before stays.
      setFailure(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <label
        class="drop-recording"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void take(event.dataTransfer?.files[0]);
        }}
      >
        {say("rest.drop")}{" "}
        <input
          type="file"
          accept=".json,application/json"
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
      </label>
      {failure !== null && (
        <p role="alert" class="refused">
          <PlainText text={failure} />
        </p>
      )}
      {recordings !== null && <RecordingPlayer key={recordings[0]!.name} recordings={recordings} />}
    </>
  );
}
