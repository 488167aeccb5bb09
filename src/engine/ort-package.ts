import * as ort from "onnxruntime-node";

export { ort };

/** Whether the engine may keep the memory of a run for the next ones. */
export const KEEPS_MEMORY = true;

/** Numbers of a run by name; null for those that the engine makes room for. */
export type OrtOutputs = Readonly<Record<string, ort.Tensor | null>>;

/** Runs a session, which writes into the tensors that it is given. */
export function runSession(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, ort.Tensor>>,
  wanted: OrtOutputs,
): Promise<ort.InferenceSession.OnnxValueMapType> {
  return session.run(feeds, wanted);
}
