/**
 * Has ONNX Runtime keep no telemetry: on Linux its library writes a database of sessions and runs, with an id of the
 * device, into the user's cache folder, and knows an address to send it to. The library reads the real environment when
 * it is loaded, which a thread can't set: so this is called by whoever opens threads. What a user has set stays.
 */
export function refuseTelemetry(): void {
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}
