import { OptionError } from "../../errors.ts";
import { warnOfPlainKey } from "../../host/plain-http.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import type { Policy } from "../policy.ts";
import { tinkerAddress } from "./tinker-address.ts";
import { TinkerConnection, type TinkerConnectionOptions } from "./tinker-connection.ts";
import { TinkerFailure } from "./tinker-failure.ts";
import { serverFailed } from "./tinker-messages.ts";
import { TinkerPolicy, type TinkerPolicyOptions } from "./tinker-policy.ts";
import { TinkerServer, type TinkerModel, type TinkerProbe } from "./tinker-server.ts";

export interface TinkerStart extends TinkerModel, TinkerPolicyOptions {
  /** `tinker+http://HOST:PORT` or `tinker+https://HOST`. */
  readonly engine: string;
  readonly config: ModelConfig;
  /** Minutes that a server which is away is waited for. */
  readonly enginePatience: number;
  /** Whether the server's model writes what the tokenizer reads is looked at. */
  readonly probe: Omit<TinkerProbe, "config">;
  readonly onNote?: ((text: string) => void) | undefined;
  /** For tests. */
  readonly connection?: Partial<TinkerConnectionOptions>;
}

/**
 * Puts a model to work on a server of the Tinker API: SkyRL's, or Tinker's own. Its key is TINKER_API_KEY.
 *
 * @throws OptionError, EngineError where there is no such server, it has no such model, or can't train it so
 */
export async function startTinkerPolicy(start: TinkerStart): Promise<Policy> {
  const { engine, enginePatience, onNote, probe, config, oneUpdate } = start;
  const address = tinkerAddress(engine);
  const apiKey = process.env["TINKER_API_KEY"] || undefined;
  if (apiKey !== undefined) warnOfPlainKey(address.url);
  const connection = new TinkerConnection({
    address,
    apiKey,
    patience: enginePatience * 60,
    onNote,
    ...start.connection,
  });
  const { model, rank, seed } = start;
  const server = new TinkerServer(connection, address.shown, { model, rank, seed }, onNote);
  try {
    await server.greet();
    const session = await server.open();
    try {
      await server.probe(session, { ...probe, config });
      if (!oneUpdate && !server.clips)
        throw new OptionError(
          `Expected one update of a batch on ${address.shown}, as the clip that several need is known to be computed by SkyRL's JAX back end alone; set \`minibatches: 1\` and \`innerEpochs: 1\`.`,
        );
    } catch (error) {
      await session.end();
      throw error;
    }
    return new TinkerPolicy(server, start, session);
  } catch (error) {
    throw error instanceof TinkerFailure ? serverFailed(address.shown, error.message) : error;
  }
}
