import { CheckpointError, OptionError, show } from "../errors.ts";
import type { AlgorithmValue } from "../algorithms/algorithm.ts";
import { isAhead } from "../algorithms/ahead/ahead-options.ts";
import { loadModelFace, type ModelFace } from "../formats/checkpoint.ts";
import { LORA_TARGETS } from "../model/lora-targets.ts";
import { tinkerAddress } from "../policy/tinker/tinker-address.ts";
import { largeZeroDefaults } from "./large-defaults.ts";
import type { ZeroOptions } from "./zero-groups.ts";

/** Rank of an adapter where nobody says, as Tinker's SDK has it. */
const RANK = 32;

/** What a run on a server has where nothing else is said: an adapter, and no clipping of gradients. */
export function servedDefaults({ engine = "", lora = RANK }: Partial<ZeroOptions>): Partial<ZeroOptions> {
  return engine === "" ? {} : { ...largeZeroDefaults(lora), lora: RANK, clipNorm: 0 };
}

/** What the Tinker API hasn't: an option, what it must be, and why. */
const MISSING: readonly {
  readonly name: keyof ZeroOptions;
  readonly expected: string;
  readonly holds: (options: ZeroOptions) => boolean;
  readonly why: string;
}[] = [
  {
    name: "klCoefficient",
    expected: "0",
    holds: ({ klCoefficient }) => klCoefficient === 0,
    why: "has no KL penalty",
  },
  { name: "clipNorm", expected: "0", holds: ({ clipNorm }) => clipNorm === 0, why: "clips no gradients" },
  {
    name: "temperature",
    expected: "1",
    holds: ({ temperature }) => temperature === 1,
    why: "trains on log-probabilities at 1",
  },
  { name: "lora", expected: "1 or more", holds: ({ lora }) => lora >= 1, why: "trains adapters" },
  {
    name: "loraAlpha",
    expected: "left out",
    holds: ({ loraAlpha }) => loraAlpha === 0,
    why: "chooses it itself",
  },
  {
    name: "loraTargets",
    expected: "left out",
    holds: ({ loraTargets }) => loraTargets.length === LORA_TARGETS.length,
    why: "chooses the layers itself",
  },
  { name: "critic", expected: "left out", holds: ({ critic }) => !critic, why: "has no critic that is trained beside" },
  {
    name: "device",
    expected: "left out",
    holds: ({ device }) => device === "cpu" || device === "auto",
    why: "computes on its own",
  },
  { name: "samplers", expected: "left out", holds: ({ samplers }) => samplers === "", why: "samples itself" },
  {
    name: "problemsPerJob",
    expected: "left out",
    holds: ({ problemsPerJob }) => problemsPerJob === 0,
    why: "cuts its batches itself",
  },
  {
    name: "basePrecision",
    expected: "left out",
    holds: ({ basePrecision }) => basePrecision === "float32",
    why: "holds the weights itself",
  },
  {
    name: "rolloutPrecision",
    expected: "left out",
    holds: ({ rolloutPrecision }) => rolloutPrecision === "float32",
    why: "samples itself",
  },
  { name: "recompute", expected: "left out", holds: ({ recompute }) => !recompute, why: "decides that itself" },
];

/**
 * What can't be done on a server is refused by name, and never left out in silence.
 *
 * @throws OptionError
 */
export function checkServed(options: ZeroOptions, algorithm?: AlgorithmValue): void {
  const { engine, tokenizer, base } = options;
  if (engine === "") {
    if (tokenizer === "") return;
    throw new OptionError(
      "Expected `tokenizer` with `engine` alone, got it without; leave it out, or name the server.",
    );
  }
  tinkerAddress(engine);
  if (base === "")
    throw new OptionError("Expected `base` to name the server's model, as `engine` is given, got none; name it.");
  const missing = MISSING.find(({ holds }) => !holds(options));
  if (missing !== undefined)
    throw new OptionError(
      `Expected \`${missing.name}\` to be ${missing.expected} with \`engine\`, as the Tinker API ${missing.why}, got ${show(options[missing.name])}; set it so, or train on this machine.`,
    );
  if (isAhead(options))
    throw new OptionError(
      "Expected neither `open` nor `lag` with `engine`, as rollouts written ahead are of this machine's policies, got one of them; leave it out.",
    );
  if (algorithm?.open !== undefined)
    throw new OptionError(
      `Expected an algorithm of the package with \`engine\`, got ${show(algorithm.name)}, whose own part needs the weights; train on this machine.`,
    );
}

/** The server's model without its weights: as `tokenizer` has it on this machine, or the model's own name. */
export async function loadServedFace({ base, tokenizer }: Pick<ZeroOptions, "base" | "tokenizer">): Promise<ModelFace> {
  if (tokenizer !== "") return loadModelFace(tokenizer);
  try {
    return await loadModelFace(base);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new OptionError(
      `Expected the tokenizer and config of ${show(base)} on this machine, got none by that name; give their folder (config.json and tokenizer.json) as \`tokenizer\`.`,
    );
  }
}
