import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  QuickJSContext,
  QuickJSHandle,
  QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import { endProcess, readFrame, writeFrame } from "./frames.ts";
import { MOST_OUTPUT } from "./limits.ts";
import type { Interpreter, ChildRequest, OpenInterpreter } from "./interpreter.ts";
import { watchedStatements } from "./watched-statements.ts";
import { JAVASCRIPT_ANSWER, JAVASCRIPT_HOST, JAVASCRIPT_TEST, JAVASCRIPT_VALUES } from "./javascript-source.ts";

interface Core {
  readonly newQuickJSWASMModuleFromVariant: typeof newQuickJSWASMModuleFromVariant;
  readonly newVariant: typeof newVariant;
}
type Variant = QuickJSSyncVariant;
type QuickJSModule = Awaited<ReturnType<typeof newQuickJSWASMModuleFromVariant>>;

/** Pages of memory that a program may have: 128 MiB. */
const MOST_PAGES = 2048;
const FIRST_PAGES = 256;
const STACK_BYTES = 2_000_000;

/** JavaScript in this process: QuickJS, a new instance of it with a memory of its own for each request. */
export async function openJavascript(modules: Readonly<Record<string, string>>): Promise<OpenInterpreter> {
  const core = (await import(modules["quickjs-emscripten-core"]!)) as Core;
  const address = modules["@jitl/quickjs-wasmfile-release-sync"]!;
  const { default: variant } = (await import(address)) as { readonly default: Variant };
  const wasmModule = await WebAssembly.compile(
    readFileSync(fileURLToPath(new URL("./emscripten-module.wasm", address))),
  );
  const make = async (): Promise<QuickJSModule> => {
    const wasmMemory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES });
    return core.newQuickJSWASMModuleFromVariant(core.newVariant(variant, { wasmModule, wasmMemory }));
  };
  return { engine: new JavascriptInterpreter(make, await make()), snapshot: undefined };
}

/** An error that a program threw. */
class Thrown extends Error {
  constructor(readonly handle: QuickJSHandle) {
    super("thrown");
  }
}

class JavascriptInterpreter implements Interpreter {
  private output = "";
  /** The name of what promises are handed to. */
  private readonly watch = `__watch_${randomBytes(8).toString("hex")}`;
  /** A program is run once for each of its inputs. */
  private known: { readonly source: string; readonly made: string } | undefined;

  constructor(
    private readonly make: () => Promise<QuickJSModule>,
    private quickjs: QuickJSModule,
  ) {}

  run(request: ChildRequest): void {
    this.output = "";
    const runtime = this.quickjs.newRuntime({ maxStackSizeBytes: STACK_BYTES });
    const context = runtime.newContext();
    const reply =
      request.op === "call" || request.op === "stdio" ? this.answer(context, request) : this.test(context, request);
    writeFrame({ id: request.id, ...reply });
  }

  async restore(): Promise<void> {
    this.quickjs = await this.make();
  }

  private answer(context: QuickJSContext, request: ChildRequest): object {
    const isStdio = request.op === "stdio";
    this.prepare(context, request, isStdio ? (request.stdin ?? "") : "");
    const tools = evaluate(context, JAVASCRIPT_ANSWER);
    const finish = (error: unknown): object | undefined => {
      if (!(error instanceof Thrown)) return { bad: "broke the interpreter that it ran in" };
      const text = this.callTool(context, tools, "ended", [error.handle]);
      return text === "" ? undefined : { bad: text };
    };
    try {
      const prelude = request.prelude ?? "";
      if (prelude !== "") evaluate(context, prelude);
      const code = String(request["code"]);
      const last = evaluate(context, isStdio ? this.watched(context, tools, code) : code, "answer.js");
      if (isStdio) {
        context.unwrapResult(context.callMethod(tools, "watch", [last]));
        this.turns(context, tools);
      }
    } catch (error) {
      const bad = finish(error);
      if (bad !== undefined || !isStdio) return bad ?? { bad: "ended itself when loaded" };
    }
    if (isStdio) {
      const left = this.callTool(context, tools, "left", []);
      return left === "" ? { out: this.output } : { bad: left };
    }
    const found = findEntry(context, tools, String(request["entry"]));
    if (context.typeof(found) !== "function") return { bad: `has no function ${String(request["entry"])}` };
    const sent = context.newString(JSON.stringify(request["args"]));
    const result = context.callMethod(tools, "call", [found, sent]);
    if (result.error) return { bad: "broke the interpreter that it ran in" };
    const told: unknown = context.dump(result.value);
    return replyOf(told === undefined ? this.settled(context, tools) : told) ?? { bad: "gave what is no plain value" };
  }

  /** What came of the promise that a call gave. */
  private settled(context: QuickJSContext, tools: QuickJSHandle): string {
    try {
      this.turns(context, tools);
    } catch {
      return JSON.stringify({ bad: "raised an error that nobody waits for" });
    }
    return this.callTool(context, tools, "settled", []);
  }

  private test(context: QuickJSContext, request: ChildRequest): object {
    this.prepare(context, request, "");
    const ask = context.newFunction("ask", (call) => {
      writeFrame({ id: request.id, ...(JSON.parse(context.getString(call)) as object) });
      const { reply } = JSON.parse(readFrame().toString()) as { readonly reply: object };
      return context.newString(JSON.stringify(reply));
    });
    context.setProp(context.global, "__ask", ask);
    const tools = evaluate(context, JAVASCRIPT_TEST);
    if (request.op === "prelude") return preludeOutcome(context, request.prelude ?? "");
    if (request.op === "checker") return this.check(context, request);
    evaluate(context, request.prelude ?? "");
    const test = String(request["test"]);
    const names = new Set([...(request["names"] as string[]), ...(request["free"] === true ? calledNames(test) : [])]);
    for (const name of names) {
      if (request["free"] === true && context.typeof(context.getProp(context.global, name)) !== "undefined") continue;
      const entry = name === "candidate" ? String(request["entry"]) : name;
      context.unwrapResult(context.callMethod(tools, "bind", [context.newString(name), context.newString(entry)]));
    }
    let thrown: QuickJSHandle | undefined;
    try {
      const last = evaluate(context, this.watched(context, tools, test), "test.js");
      context.unwrapResult(context.callMethod(tools, "watch", [last]));
      this.turns(context, tools);
      const checked = context.callMethod(tools, "check", []);
      if (checked.error) throw new Thrown(checked.error);
      this.turns(context, tools);
    } catch (error) {
      if (!(error instanceof Thrown)) return { fault: "the test broke the interpreter that it ran in" };
      thrown = error.handle;
    }
    const failed = thrown === undefined ? context.false : context.true;
    const handles = HANDLES.test(test) ? context.true : context.false;
    const outcome = context.callMethod(tools, "outcome", [failed, thrown ?? context.undefined, handles]);
    return (outcome.error ? undefined : replyOf(context.dump(outcome.value))) ?? { fault: "the test gave no verdict" };
  }

  /** A program that tells of promises that nobody waits for. */
  private watched(context: QuickJSContext, tools: QuickJSHandle, source: string): string {
    const { watch } = this;
    context.defineProp(context.global, watch, { value: context.getProp(tools, "watch"), configurable: false });
    if (this.known?.source !== source) {
      const made = watchedStatements(source, watch, (text) => compiles(context, text));
      this.known = { source, made };
    }
    return this.known.made;
  }

  private check(context: QuickJSContext, request: ChildRequest): object {
    try {
      evaluate(context, String(request["checker"]));
      const check = context.getProp(context.global, "check");
      const texts = [request.stdin ?? "", String(request["output"])].map((text) => context.newString(text));
      const result = context.callFunction(check, context.undefined, texts);
      if (result.error) throw new Thrown(result.error);
      const right: unknown = context.dump(result.value);
      if (typeof right !== "boolean")
        return { fault: `the checker gave ${typeof right} in the place of true or false` };
      return right ? { right: true } : { wrong: "the checker refused the output" };
    } catch (error) {
      return { fault: `the checker raised ${thrownText(context, error)}` };
    }
  }

  /** Input, output and values, before anything else runs. */
  private prepare(context: QuickJSContext, request: ChildRequest, stdin: string): void {
    const write = context.newFunction("write", (text) => {
      const piece = context.getString(text);
      if (request.op === "stdio") this.output += piece;
      if (this.output.length <= MOST_OUTPUT) return;
      writeFrame({ id: request.id, bad: "wrote more than 4 million characters", last: true });
      endProcess(0);
    });
    context.setProp(context.global, "__write", write);
    context.setProp(context.global, "__stdin", context.newString(stdin));
    evaluate(context, JAVASCRIPT_HOST);
    evaluate(context, JAVASCRIPT_VALUES);
  }

  /** What was put off: promises, timers, input that is listened for. */
  private turns(context: QuickJSContext, tools: QuickJSHandle): void {
    for (;;) {
      const jobs = context.runtime.executePendingJobs();
      if (jobs.error) throw new Thrown(jobs.error as QuickJSHandle);
      const turned = context.callMethod(tools, "turn", []);
      if (turned.error) throw new Thrown(turned.error);
      if (context.dump(turned.value) !== true && !context.runtime.hasPendingJob()) return;
    }
  }

  private callTool(context: QuickJSContext, tools: QuickJSHandle, name: string, parameters: QuickJSHandle[]): string {
    const result = context.callMethod(tools, name, parameters);
    return result.error ? "broke the interpreter that it ran in" : String(context.dump(result.value));
  }
}

/** How a test may go on after an error of the answer. */
const HANDLES = /\b(catch|finally|throws|rejects|allSettled|any|race|then)\b/;
const NAME = /^[A-Za-z_$][\w$]*$/;

/** A function by its name: `const` puts none on the global object. */
function findEntry(context: QuickJSContext, tools: QuickJSHandle, name: string): QuickJSHandle {
  if (NAME.test(name)) {
    const found = evaluate(context, `typeof ${name} === "undefined" ? undefined : ${name}`);
    if (context.typeof(found) === "function") return found;
  }
  return context.unwrapResult(context.callMethod(tools, "find", [context.newString(name)]));
}

function compiles(context: QuickJSContext, text: string): boolean {
  const result = context.evalCode(text, "part.js", { type: "global", compileOnly: true });
  const isProgram = result.error === undefined;
  result.dispose();
  return isProgram;
}

function evaluate(context: QuickJSContext, code: string, name = "host.js"): QuickJSHandle {
  const result = context.evalCode(code, name, { type: "global" });
  if (result.error) throw new Thrown(result.error);
  return result.value;
}

/** What was thrown, of an error its name and message. */
function thrownText(context: QuickJSContext, error: unknown): string {
  if (!(error instanceof Thrown)) return String(error).slice(0, 300);
  const { name, message } = Object(context.dump(error.handle)) as {
    readonly name?: unknown;
    readonly message?: unknown;
  };
  const isError = typeof name === "string" && typeof message === "string";
  return (isError ? `${name}: ${message}` : JSON.stringify(context.dump(error.handle))).slice(0, 300);
}

/** Whether a task's own lines can do without an answer. */
function preludeOutcome(context: QuickJSContext, prelude: string): object {
  try {
    evaluate(context, prelude);
    return { right: true };
  } catch (error) {
    return { fault: `the task's own lines can't be run: ${thrownText(context, error)}` };
  }
}

function replyOf(text: unknown): object | undefined {
  if (typeof text !== "string") return undefined;
  const reply: unknown = JSON.parse(text);
  return typeof reply === "object" && reply !== null ? reply : undefined;
}

const CALLED = /(?<![.\w$])([A-Za-z_$][\w$]*)\s*\(/g;

/** Names that a test calls; those that it declares itself take their place back. */
function calledNames(test: string): string[] {
  return [...test.matchAll(CALLED)].map(([, name]) => name!);
}
