import type { CodeExecution, CodeLanguage, CodeTests } from "../records/execution.ts";
import type { VerifierOutcome } from "../verifiers/ask-verifier.ts";
import { equalsJson, isPlainValue, plainOfJson, type PlainValue } from "./plain-value.ts";
import { sameOutput } from "./same-output.ts";
import { ProcessEnded, TimeBudget, type Reply, type SandboxProcess } from "./sandbox-process.ts";

/** Starts a process of the worker's language. Rejects where it can't. */
export type StartProcess = () => Promise<SandboxProcess>;

/** Times that an answer or a test is run again because its process had served others before it died. */
const MOST_TRIES = 2;

/** Characters of a class's name. */
const MOST_NAME = 300;

/** How a check ended, before it is a verdict. */
class Decided extends Error {
  constructor(readonly outcome: VerifierOutcome) {
    super("decided");
  }
}

const right: VerifierOutcome = { verdict: { kind: "right" }, failed: false };

function wrong(reason: string): Decided {
  return new Decided({ verdict: { kind: "wrong", reason: `the answer ${reason}` }, failed: false });
}

/** The test is to blame, and not the answer. */
function fault(reason: string): Decided {
  return new Decided({ verdict: { kind: "unverifiable", reason }, failed: false });
}

/** A process that served others before has died under a request that may not be to blame. */
class AskAgain extends Error {}

/** The place of one process, which is started when it is first needed and replaced when it has ended. */
class ProcessSlot {
  private process: Promise<SandboxProcess> | undefined;
  private current: SandboxProcess | undefined;
  /** Whether nothing but the present answer ran in it. */
  private own = false;
  private stopped = false;

  constructor(private readonly start: StartProcess) {}

  /** A new answer begins. */
  begin(): void {
    this.own = this.current === undefined || this.current.ended !== undefined || this.current.requests === 0;
    if (this.current?.spent === true) void this.replace();
  }

  async get(): Promise<SandboxProcess> {
    if (this.current?.ended !== undefined) await this.replace();
    this.process ??= this.launch();
    return this.process;
  }

  /** Ends what is there, so that the next one begins anew. */
  async replace(): Promise<void> {
    const { current } = this;
    this.current = undefined;
    this.process = undefined;
    this.own = true;
    await current?.stop();
  }

  /** What the end of its process says about the request that it ended under. */
  isToBlame({ cause }: ProcessEnded): boolean {
    return this.own || cause === "time";
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.current?.end("death", "was stopped");
    await this.replace();
  }

  private async launch(): Promise<SandboxProcess> {
    try {
      const process = await this.start();
      if (this.stopped) await process.stop();
      this.current = process;
      return process;
    } catch (error) {
      this.process = undefined;
      throw error;
    }
  }
}

/** What an answer's function did. */
type CallResult =
  /** With what it made of its arguments, where it gave nothing else. */
  | { readonly value: PlainValue; readonly args?: readonly PlainValue[] }
  /** With what the error was made of. */
  | {
      readonly raised: readonly [kind: string, text: string];
      readonly said: readonly PlainValue[];
      /** By a promise. */
      readonly late: boolean;
    }
  /** An object of the answer's own class, of this name. */
  | { readonly made: string };

interface Subject {
  readonly language: CodeLanguage;
  readonly prelude: string;
  readonly code: string;
  readonly budget: TimeBudget;
  readonly seconds: number;
}

/**
 * Checks answers, one at a time, with two processes: one holds the answer, the other its test, and between them go
 * plain data only.
 */
export class CodeWorker {
  private readonly answers: ProcessSlot;
  private readonly tests: ProcessSlot;

  constructor(start: StartProcess) {
    this.answers = new ProcessSlot(start);
    this.tests = new ProcessSlot(start);
  }

  /**
   * @param code the program of the answer
   * @throws whatever keeps a process from starting
   */
  async check(execution: CodeExecution, code: string, seconds: number): Promise<VerifierOutcome> {
    this.answers.begin();
    this.tests.begin();
    for (let tries = 1; ; tries++) {
      const { language, prelude = "" } = execution;
      const subject = { language, prelude, code, budget: new TimeBudget(seconds), seconds };
      try {
        await this.run(execution.tests, subject);
        return right;
      } catch (error) {
        if (error instanceof Decided) return error.outcome;
        if (!(error instanceof AskAgain) || tries > MOST_TRIES) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.answers.stop(), this.tests.stop()]);
  }

  private async run(tests: CodeTests, subject: Subject): Promise<void> {
    switch (tests.form) {
      case "check":
        return this.runTest(subject, {
          test: tests.test,
          entry: tests.entry,
          names: ["candidate", tests.entry],
          free: false,
        });
      case "asserts": {
        const test = [tests.setup, ...tests.asserts].join("\n");
        return this.runTest(subject, { test, entry: "", names: [], free: true });
      }
      case "calls":
        return this.withPrelude(subject, () => this.runCalls(subject, tests));
      case "stdio":
        return this.withPrelude(subject, () => this.runOutputs(subject, tests));
      case "checker":
        return this.withPrelude(subject, () => this.runChecker(subject, tests));
    }
  }

  /** An answer isn't to blame for a task's own lines that can't be run, as where they need what isn't there. */
  private async withPrelude(subject: Subject, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      const isWrong = error instanceof Decided && error.outcome.verdict.kind === "wrong";
      if (isWrong && subject.prelude !== "")
        decide(await this.askTest({ op: "prelude", prelude: subject.prelude }, subject, noCalls));
      throw error;
    }
  }

  private async runCalls(subject: Subject, { entry, cases }: CodeTests & { form: "calls" }): Promise<void> {
    needsCases(cases);
    const sent = (value: unknown): PlainValue => plainOfJson(value, subject.language);
    for (const [place, { args, result }] of cases.entries()) {
      const called = await this.call(subject, { call: entry, args: args.map(sent), keywords: [] });
      if ("raised" in called) throw wrong(`raised ${called.raised[1]}`);
      if ("made" in called) throw wrong(`gave a value of the type ${called.made}`);
      if (!equalsJson(called.value, result)) throw wrong(`gave another result in case ${place + 1}`);
    }
  }

  private async runOutputs(subject: Subject, { cases }: CodeTests & { form: "stdio" }): Promise<void> {
    needsCases(cases);
    for (const [place, { stdin, out }] of cases.entries()) {
      if (!sameOutput(await this.output(subject, stdin), out)) throw wrong(`wrote another output in case ${place + 1}`);
    }
  }

  private async runChecker(subject: Subject, { inputs, checker }: CodeTests & { form: "checker" }): Promise<void> {
    needsCases(inputs);
    for (const stdin of inputs) {
      const output = await this.output(subject, stdin);
      decide(await this.askTest({ op: "checker", checker, stdin, output }, subject, noCalls));
    }
  }

  private async runTest(subject: Subject, request: object): Promise<void> {
    let decided: unknown;
    const reply = await this.askTest({ op: "check", prelude: subject.prelude, ...request }, subject, async (call) => {
      if (decided !== undefined) return { stop: true };
      try {
        return await this.call(subject, call);
      } catch (error) {
        decided = error;
        return { stop: true };
      }
    });
    if (decided !== undefined) throw decided;
    decide(reply);
  }

  /** Runs a test to its end, with what it calls on the way. */
  private async askTest(
    request: object,
    subject: Subject,
    answerCall: (call: Reply) => Promise<object>,
  ): Promise<Reply> {
    const process = await this.tests.get();
    const budget = new TimeBudget(subject.seconds);
    try {
      const talk = process.ask(request);
      for (;;) {
        const message = await talk.next(budget);
        if (!("call" in message)) return message;
        talk.reply(await answerCall(message));
      }
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      const blamed = this.tests.isToBlame(error);
      await this.tests.replace();
      throw blamed ? fault(`the test ${endText(error, subject.seconds)}`) : new AskAgain();
    }
  }

  /** Calls a function of the answer in an interpreter that knows of no other call. */
  private async call(subject: Subject, { call, args, keywords }: Reply): Promise<CallResult> {
    const { prelude, code } = subject;
    const reply = await this.askAnswer({ op: "call", prelude, code, entry: call, args, keywords }, subject);
    const { value, raised, made, args: changed, said, late } = reply;
    if (typeof made === "string" && made.length <= MOST_NAME) return { made };
    if (isPlainValue(value)) return arePlain(changed) ? { value, args: changed } : { value };
    if (Array.isArray(raised) && raised.length === 2 && raised.every((part) => typeof part === "string"))
      return {
        raised: raised as unknown as readonly [string, string],
        said: arePlain(said) ? said : [],
        late: late === true,
      };
    throw wrong("gave what is no plain value");
  }

  private async output(subject: Subject, stdin: string): Promise<string> {
    const { prelude, code } = subject;
    const { out } = await this.askAnswer({ op: "stdio", prelude, code, stdin }, subject);
    if (typeof out !== "string") throw wrong("gave no output");
    return out;
  }

  private async askAnswer(request: object, { budget, seconds }: Subject): Promise<Reply> {
    const process = await this.answers.get();
    try {
      const reply = await process.ask(request).next(budget);
      if (reply["last"] === true || "escape" in reply) await this.answers.replace();
      if (typeof reply["bad"] === "string") throw wrong(reply["bad"]);
      if ("escape" in reply) throw wrong(`tried to leave the sandbox (${String(reply["escape"])})`);
      return reply;
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      const blamed = this.answers.isToBlame(error);
      await this.answers.replace();
      throw blamed ? wrong(endText(error, seconds)) : new AskAgain();
    }
  }
}

function arePlain(values: unknown): values is readonly PlainValue[] {
  return Array.isArray(values) && values.every((value) => isPlainValue(value));
}

function endText({ cause, message }: ProcessEnded, seconds: number): string {
  return cause === "time" ? `did not end within ${seconds} s` : message;
}

const noCalls = (): Promise<object> => Promise.resolve({ stop: true });

function needsCases(cases: readonly unknown[]): void {
  if (cases.length === 0) throw fault("the task has no test cases");
}

function decide(reply: Reply): void {
  if (reply["right"] === true) return;
  const reason = reply["wrong"];
  if (typeof reason === "string") throw new Decided({ verdict: { kind: "wrong", reason }, failed: false });
  throw fault(typeof reply["fault"] === "string" ? reply["fault"] : "the test ended without a verdict");
}
