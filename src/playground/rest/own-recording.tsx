import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { PlainText } from "../../dashboard/ui/completions/completion-text.tsx";
import { MOST_READ_BYTES, readRecording } from "../../export/recording/read-recording.ts";
import type { Recording } from "../../export/recording/recording.ts";
import { say } from "../words/say.ts";
import { RecordingPlayer } from "./recording-player.tsx";

interface Played {
  readonly recordings: readonly Recording[];
  /** Counts them: each begins anew. */
  readonly place: number;
}

/** Plays a recording from the reader's disk; it goes nowhere. */
export function OwnRecording(): VNode {
  const [played, setPlayed] = useState<Played | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function take(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    try {
      // No more of it than tells that it is too large.
      const bytes = new Uint8Array(await file.slice(0, MOST_READ_BYTES + 1).arrayBuffer());
      const recordings = [readRecording(bytes)];
      setPlayed((before) => ({ recordings, place: (before?.place ?? 0) + 1 }));
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
      {played !== null && <RecordingPlayer key={played.place} recordings={played.recordings} />}
    </>
  );
}
