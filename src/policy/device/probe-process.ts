/**
 * The process that tries a device: what a driver does wrong can end a process, and here it ends no other. It is asked
 * once, tells what it finds as it finds it, and ends.
 */
import { DEFAULT_DEVICE, engineFor } from "../../engine/index.ts";
import { engineInfo } from "../../engine/engine-info.ts";
import { logDiscovery } from "../../engine/log-discovery.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { secondsOfStep } from "./measure-step.ts";
import type { ProbeNews, ProbeRequest } from "./probe-messages.ts";
import { testDevice } from "./test-device.ts";

process.on("disconnect", () => process.exit(0));
process.once("message", (request: ProbeRequest) => {
  void answer(request).then(
    () => tell({ kind: "done" }),
    (error: Error) => tell({ kind: "problem", text: error.message }),
  );
});

async function answer({ device, config, measures, threads }: ProbeRequest): Promise<void> {
  await logDiscovery();
  const { providers } = await engineInfo();
  if (!providers.includes(device))
    return tell({
      kind: "problem",
      text: `ONNX Runtime for ${process.platform} ${process.arch} comes without ${device}; use \`device: "cpu"\`.`,
    });
  tell({ kind: "tested", ...(await testDevice(device, config)) });
  if (!measures) return;
  tell({ kind: "measured", cpu: await stepOn(DEFAULT_DEVICE, config, threads) });
  tell({ kind: "measured", device: await stepOn(device, config, threads) });
}

async function stepOn(device: string, config: ModelConfig, threads: number): Promise<number> {
  const engine = await engineFor(device);
  try {
    return await secondsOfStep(engine, config, threads);
  } finally {
    await engine.dispose();
  }
}

function tell(news: ProbeNews): void {
  process.send?.(news);
}
