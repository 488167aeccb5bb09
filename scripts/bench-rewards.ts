/**
 * How many completions a server of rewards judges in a second, on one core: A in batches of 256 to `/score`, B one by
 * one to `/score`, C one by one to `/rm`, D to `/verify`; in turn, medians of 5 rounds. The server and this client have
 * a core each (taskset). Wall clock and the server's own processor time: on a machine with other work the second holds.
 *
 *   npm run build && npx tsx scripts/bench-rewards.ts
 *   npx tsx scripts/bench-rewards.ts --malformed 10000   sends so many malformed requests, and looks whether it lives
 */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createInterface } from "node:readline";
import { findTask } from "../src/tasks/index.ts";
import { sendMalformed, soundRequests } from "../test/server/rewards/malformed.ts";
import { median } from "../src/numbers/metrics.ts";

const ROUNDS = 5;
const [BATCH, BATCHES] = [256, 20];
const [SINGLES, AT_ONCE] = [1500, 16];
const PROGRAM = new URL("../dist/cli/main.js", import.meta.url).pathname;

const problems = findTask("countdown").problems("train");
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** About 60 tokens, as a trained base writes them; right, wrong and without an answer in turn. */
function completion(i: number): string {
  const tries = Array.from({ length: 6 }, (_, k) => `${i % 50} + ${k} * ${k + 3} = ${(i % 50) + k * (k + 3)} no`).join(
    " ",
  );
  return i % 3 === 2 ? `<think> ${tries}` : `<think> ${tries} </think> <answer> ${i % 50} + ${i % 7} </answer>`;
}

const idOf = (i: number): string => problems[i % problems.length]!.id;
const item = (i: number): object => ({ problem: idOf(i), prompt: "1 2 3 make 6", completion: completion(i) });
const content = (i: number): object[] => [{ type: "output_text", text: completion(i) }];

const JOBS: Readonly<
  Record<string, { readonly path: string; readonly count: number; readonly body: (i: number) => object }>
> = {
  "A: /score, 256 a call": {
    path: "/score",
    count: BATCHES,
    body: (i) => ({ items: Array.from({ length: BATCH }, (_, k) => item(i * BATCH + k)) }),
  },
  "B: /score, one a call": { path: "/score", count: SINGLES, body: (i) => ({ items: [item(i)] }) },
  "C: /rm": { path: "/rm", count: SINGLES, body: (i) => ({ prompt: "p", response: completion(i), label: idOf(i) }) },
  "D: /verify": {
    path: "/verify",
    count: SINGLES,
    body: (i) => ({
      responses_create_params: { input: "p" },
      problem: idOf(i),
      response: { output: [{ type: "message", role: "assistant", content: content(i) }] },
    }),
  },
};

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function started(): Promise<Server> {
  const child = spawn("taskset", ["-c", "0", process.execPath, PROGRAM, "serve", "rewards", "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface(child.stdout)) {
    const { port } = JSON.parse(line) as { readonly port: number };
    return { child, port };
  }
  throw new Error("The server ended before it was there.");
}

function post(port: number, path: string, body: object): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { "content-type": "application/json", "content-length": bytes.length };
  return new Promise((resolve, reject) => {
    const asked = request({ port, agent, path, method: "POST", headers, host: "127.0.0.1" }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      response.on("end", () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    asked.on("error", reject);
    asked.end(bytes);
  });
}

/** User and system time of a process, in seconds; proc(5): fields 14 and 15, in ticks of 10 ms. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measured({ child, port }: Server, name: string): Promise<{ rate: number; processor: number }> {
  const { path, count, body } = JOBS[name]!;
  const each = path === "/score" && count === BATCHES ? BATCH : 1;
  const [before, began] = [processorSeconds(child.pid!), performance.now()];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await post(port, path, body(i));
  };
  await Promise.all(Array.from({ length: each > 1 ? 2 : AT_ONCE }, worker));
  const seconds = (performance.now() - began) / 1000;
  return {
    rate: (count * each) / seconds,
    processor: (1000 * (processorSeconds(child.pid!) - before)) / (count * each),
  };
}

async function compare(server: Server): Promise<void> {
  const found = new Map<string, { rate: number; processor: number }[]>();
  for (const name of Object.keys(JOBS)) await measured(server, name);
  for (let round = 0; round < ROUNDS; round++)
    for (const name of Object.keys(JOBS)) found.set(name, [...(found.get(name) ?? []), await measured(server, name)]);
  for (const [name, runs] of found) {
    const rate = median(runs.map((run) => run.rate));
    const processor = median(runs.map((run) => run.processor));
    console.log(
      `${name.padEnd(24)} ${rate.toFixed(0).padStart(6)} completions/s, ${processor.toFixed(3)} ms of processor each: ${(1000 / processor).toFixed(0)}/s of one core`,
    );
  }
}

async function malformed(server: Server, count: number): Promise<void> {
  const began = performance.now();
  const statuses = await sendMalformed(server.port, soundRequests(idOf(0), completion(0)), count);
  const alive = await post(server.port, "/score", { items: [item(0)] });
  console.log(
    `${count} malformed requests in ${((performance.now() - began) / 1000).toFixed(0)} s, by status:`,
    statuses,
  );
  console.log(`then: ${alive}`);
}

spawnSync("taskset", ["-cp", "1", String(process.pid)]);
const server = await started();
try {
  const at = process.argv.indexOf("--malformed");
  if (at < 0) await compare(server);
  else await malformed(server, Number(process.argv[at + 1]));
} finally {
  agent.destroy();
  server.child.kill("SIGINT");
  await new Promise((resolve) => server.child.on("exit", resolve));
}
