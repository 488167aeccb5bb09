import { engineInfo } from "../../engine/engine-info.ts";
import { processorKind } from "../../host/processor-kind.ts";

/** What of this machine decides last bits: its processor's kind, and the engine's version. */
export async function ownKind(): Promise<string> {
  const { version } = await engineInfo();
  return `${processorKind()}, ONNX Runtime ${version}`;
}
