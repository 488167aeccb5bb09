/**
 * Records what SkyRL's Tinker server answers, for test/tinker/skyrl-recorded.test.ts. Start the server first, by
 * scripts/python/skyrl-server.py:
 *
 *   npx tsx scripts/record-skyrl.ts tinker+http://127.0.0.1:8000 > test/tinker/skyrl-answers.json
 */
import { loadModelFace } from "../src/formats/checkpoint.ts";
import { startTinkerPolicy } from "../src/policy/tinker/start-tinker-policy.ts";
import { tinkerAddress } from "../src/policy/tinker/tinker-address.ts";
import { TinkerFailure } from "../src/policy/tinker/tinker-failure.ts";
import { tinkerHttp, type TinkerRequest } from "../src/policy/tinker/tinker-http.ts";

const engine = process.argv[2] ?? "tinker+http://127.0.0.1:8000";
const BASE = "models/countdown-base";
const http = tinkerHttp({ address: tinkerAddress(engine), apiKey: undefined });
const answers: object[] = [];
const failures: object[] = [];

const request: TinkerRequest = async (path, body, signal) => {
  try {
    const answer = await http(path, body, signal);
    const shown = "json" in answer ? answer.json : { base64: Buffer.from(answer.bytes).toString("base64") };
    answers.push({ path, answer: shown });
    return answer;
  } catch (error) {
    if (error instanceof TinkerFailure) {
      const { kind, status, message } = error;
      failures.push({ path, failure: { kind, status, message } });
    }
    throw error;
  }
};

const { config, tokenizer } = await loadModelFace(BASE);
const start = {
  engine,
  model: BASE,
  rank: 4,
  seed: 5,
  config,
  oneUpdate: true,
  weightDecay: 0,
  enginePatience: 1,
  probe: {
    prompt: tokenizer.encode("<bos> 1 2 3 make 6 :"),
    readBack: (tokens: readonly number[]) => tokens,
    maxNewTokens: 128,
  },
  connection: { request },
};
const policy = await startTinkerPolicy(start);
const kept = await policy.served!.save();
const recorded = answers.splice(0);
const refused = async (work: Promise<unknown>): Promise<void> => void (await work.catch(() => undefined));
await refused(startTinkerPolicy({ ...start, rank: 4096 }));
await refused(policy.served!.load({ ...kept, weights: `${kept.weights}-gone` }));
await policy.stop();
process.stdout.write(`${JSON.stringify({ server: "SkyRL on JAX", answers: recorded, failures }, null, 1)}\n`);
process.exit(0);
