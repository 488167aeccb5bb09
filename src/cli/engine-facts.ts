import { engineInfo } from "../engine/engine-info.ts";
import type { EngineFacts } from "./compositions.ts";

/** What the engine on this machine is, or why it can't run here. */
export async function engineFacts(): Promise<EngineFacts> {
  try {
    return { ...(await engineInfo()), problem: null };
  } catch (error) {
    return { version: "unknown", providers: [], problem: (error as Error).message };
  }
}
