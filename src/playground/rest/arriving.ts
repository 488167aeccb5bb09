import { useEffect, useState } from "preact/hooks";
import { readRecording } from "../../export/recording/read-recording.ts";
import type { Recording } from "../../export/recording/recording.ts";
import { readShownClaims, type ShownClaim } from "./shown-claim.ts";

/** What is asked for and may not be there yet. */
export interface Arriving<T> {
  readonly value: T | null;
  /** In words, where it didn't arrive. */
  readonly failure: string | null;
}

const FOLDER = new URL("recordings/", new URL(".", location.href));

async function fileOf(name: string): Promise<Uint8Array> {
  const answer = await fetch(new URL(name, FOLDER));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Recordings that come with the page, once they are wanted. */
export function useRecordings(names: readonly string[]): Arriving<readonly Recording[]> {
  return useFile(names.join(), async () => Promise.all(names.map(async (name) => readRecording(await fileOf(name)))));
}

/** What docs/claims measured, by claim. */
export function useClaims(): Arriving<Readonly<Record<string, ShownClaim>>> {
  return useFile("claims", async () => readShownClaims(new TextDecoder().decode(await fileOf("claims.json"))));
}

function useFile<T>(key: string, load: () => Promise<T>): Arriving<T> {
  const [state, setState] = useState<Arriving<T> & { readonly key: string }>({ key: "", value: null, failure: null });
  useEffect(() => {
    let wanted = true;
    load().then(
      (value) => {
        if (wanted) setState({ key, value, failure: null });
      },
      (error: unknown) => {
        const failure = error instanceof Error ? error.message : String(error);
        if (wanted) setState({ key, value: null, failure });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  return state.key === key ? state : { value: null, failure: null };
}
