/** Has ONNX Runtime write to standard error what it finds on this machine, processors and GPUs; before any session. */
export async function logDiscovery(): Promise<void> {
  const ort = await import("onnxruntime-node");
  ort.env.logLevel = "info";
}
