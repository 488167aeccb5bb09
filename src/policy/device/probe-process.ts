/** The process that tries a device: what a driver does wrong can end a process, and here it ends no other. */
import { DEFAULT_DEVICE, engineFor } from "../../engine/index.ts";
import { engineInfo } from "../../engine/engine-info.ts";
import { logDiscovery } from "../../engine/log-discovery.ts";
import { EngineError } from "../../errors.ts";
import { answerAsked } from "../../host/ask-process.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { secondsOfStep } from "./measure-step.ts";
import type { ProbeNews, ProbeRequest } from "./probe-messages.ts";
import { testDevice } from "./test-device.ts";

answerAsked<ProbeRequest, ProbeNews>(async ({ device, config, measures, threads }, tell) => {
  await logDiscovery();
  const { providers } = await engineInfo();
  if (!providers.includes(device))
    throw new EngineError(
      `ONNX Runtime for ${process.platform} ${process.arch} comes without ${device}; use \`device: cpu\`.`,
    );
  const test = await testDevice(device, config);
  tell({ test });
  if (!measures || test.wrong !== null) return;
  const cpu = await stepOn(DEFAULT_DEVICE, config, threads);
  tell({ step: { cpu, device: await stepOn(device, config, threads) } });
});

async function stepOn(device: string, config: ModelConfig, threads: number): Promise<number> {
  const engine = await engineFor(device);
  try {
    return await secondsOfStep(engine, config, threads);
  } finally {
    await engine.dispose();
  }
}
