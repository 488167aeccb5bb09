import { loadCheckpoint } from "../formats/checkpoint.ts";
import { isHubSpec } from "../formats/hub/hub-spec.ts";
import { storedQueue } from "../host/redis/redis-address.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { resolveDistilOptions } from "../pipelines/distil-options.ts";
import { resolveR1Options } from "../pipelines/r1-options.ts";
import { sftSizeDefaults, zeroSizeDefaults } from "../training/model-size.ts";
import { resolveSftOptions } from "../training/sft-options.ts";
import { servedDefaults } from "../training/served-run.ts";
import { resolveZeroOptions } from "../training/zero-options.ts";
import { placed } from "./pinned-model.ts";
import type { ConfigKind, DistilFlags, R1Flags, SftFlags, ZeroFlags } from "./compositions.ts";

/**
 * The options that a job would have, by their names. What a model's size decides is looked up where the model is on
 * this machine; one of the hub isn't fetched for it.
 *
 * @param flags that were given
 * @param base the model where none is named
 * @throws OptionError as the job itself would
 */
export async function resolvedConfig(kind: ConfigKind, flags: object, base: string): Promise<object> {
  const own = Object.entries(await RESOLVERS[kind](flags, base));
  // What nobody named stays unnamed: where the shipped models lie is this machine's affair.
  const named = own.filter(([name]) => !PLACES.includes(name) || Object.hasOwn(flags, name));
  // Whoever reads it needs no password.
  return Object.fromEntries(
    named.map(([name, value]) => [
      name,
      ADDRESSES.includes(name) ? storedQueue(String(value), name) : (value as unknown),
    ]),
  );
}

const ADDRESSES: readonly string[] = ["queue", "samplers"];
const PLACES: readonly string[] = ["base", "student", "folder", "data"];

const RESOLVERS: Readonly<Record<ConfigKind, (flags: object, base: string) => object | Promise<object>>> = {
  async zero(flags: ZeroFlags, base) {
    const given = { ...flags, base: flags.base ?? base };
    const { lora, engine } = resolveZeroOptions(given);
    if (engine !== "") return resolveZeroOptions(given, servedDefaults(given));
    const config = await configOf(given.base);
    return resolveZeroOptions(given, config === null ? {} : zeroSizeDefaults(config, lora));
  },
  async sft(flags: Partial<SftFlags>, base) {
    const given = { ...flags, base: flags.base ?? base, data: flags.data ?? "" };
    const { lora } = resolveSftOptions(given);
    const config = await configOf(given.base);
    return resolveSftOptions(given, config === null ? {} : sftSizeDefaults(config, lora));
  },
  distill: (flags: DistilFlags) => resolveDistilOptions({ ...flags, student: flags.student ?? "", folder: "" }),
  r1({ base, ...flags }: R1Flags) {
    return { ...resolveR1Options(flags), ...(base === undefined ? {} : { base }) };
  },
};

async function configOf(model: string): Promise<ModelConfig | null> {
  return isHubSpec(model) ? null : (await loadCheckpoint(placed(model))).config;
}
