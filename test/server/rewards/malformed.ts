import { Agent, request } from "node:http";
import { connect } from "node:net";
import { RandomStream, randomKey, splitKey } from "../../../src/random.ts";
import { damageBytes } from "../../fuzz/damage-bytes.ts";
import { damageJson, hostileValue, type Json } from "../../fuzz/damage-json.ts";

/** A request of each dialect, as its clients send it. */
export function soundRequests(label: string, completion: string): readonly (readonly [path: string, body: Json])[] {
  const content = [{ type: "output_text", text: completion, annotations: [] }];
  return [
    [
      "/score",
      {
        items: [
          { problem: label, completion, prompt: "p", truncated: false, tokens: 9 },
          { gold: "1", completion },
        ],
      },
    ],
    ["/get_reward", { query: [`p${completion}`], prompts: ["p"], labels: [label] }],
    ["/rm", { prompt: "p", response: completion, label }],
    [
      "/verify",
      {
        responses_create_params: { input: [{ role: "user", content: "?" }] },
        verifier_metadata: { problem: label },
        response: { id: "r", output: [{ type: "message", role: "assistant", content }], incomplete_details: null },
      },
    ],
    ["/seed_session", { resources_session_id: "s" }],
    ["/aggregate_metrics", { verify_responses: [{ _ng_task_index: 0, _ng_rollout_index: 0, reward: 1 }] }],
  ];
}

/** How the answers to malformed requests came out, by status; 0 for a connection that was ended. */
export type Statuses = Readonly<Record<number, number>>;

/**
 * Sends damaged requests: other values, other bytes, other methods and headers, and what is no HTTP at all.
 *
 * @param seed of the damage
 */
export async function sendMalformed(
  port: number,
  sound: ReturnType<typeof soundRequests>,
  count: number,
  seed: number = 1,
): Promise<Statuses> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const statuses: Record<number, number> = {};
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) {
      const random = new RandomStream(splitKey(randomKey(seed), "malformed", i));
      const status = await sendOne(port, agent, random.pick(sound), random);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  agent.destroy();
  return statuses;
}

function sendOne(
  port: number,
  agent: Agent,
  [path, body]: readonly [string, Json],
  random: RandomStream,
): Promise<number> {
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  return random.pick<() => Promise<number>>([
    () => send({ port, agent, path, body: json(damageJson(body, random, [])) }),
    () => send({ port, agent, path, body: json(damageJson(body, random, [])) }),
    () => send({ port, agent, path, body: damageBytes(json(body), 2 ** 20, random, []) }),
    () => send({ port, agent, path, body: json(hostileValue(random)) }),
    () => send({ port, agent, path: `${path}${random.pick(["/", "?x=1", "%00", "/../rm"])}`, body: json(body) }),
    () =>
      send({ port, agent, path, body: json(body), method: random.pick(["GET", "PUT", "DELETE", "OPTIONS", "HEAD"]) }),
    () => send({ port, agent, path, body: Buffer.alloc(0) }),
    () =>
      sendBytes(
        port,
        damageBytes(
          Buffer.from(`POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 9\r\n\r\n{}`),
          2 ** 20,
          random,
          [],
        ),
      ),
  ])();
}

interface Sent {
  readonly port: number;
  readonly agent: Agent;
  readonly path: string;
  readonly body: Uint8Array;
  readonly method?: string;
}

function send({ port, agent, path, body, method = "POST" }: Sent): Promise<number> {
  return new Promise((resolve) => {
    const headers = { "content-type": "application/json", "content-length": body.length };
    const asked = request({ port, agent, path, method, headers, host: "127.0.0.1" }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", () => resolve(0));
    });
    asked.on("error", () => resolve(0));
    asked.end(body);
  });
}

/** Bytes as no client would send them; the server may wait for more of them, and is left then. */
function sendBytes(port: number, bytes: Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let text = "";
    const end = (): void => {
      socket.destroy();
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0));
    };
    socket.setTimeout(50, end);
    socket.on("data", (data) => {
      text += data.toString("latin1");
      end();
    });
    socket.on("error", end);
    socket.on("close", end);
  });
}
