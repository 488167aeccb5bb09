/**
 * What is run to judge an answer: plain data, so that it can be queued, kept by its content and sent to another
 * process. Where a task has one for its problems, the answer is a program and never runs outside a sandbox.
 */
export type Execution = CodeExecution | RepositoryExecution;

export const CODE_LANGUAGES = ["python", "javascript"] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

/** A program that is called by tests, which never share an interpreter with it. */
export interface CodeExecution {
  readonly kind: "code";
  readonly language: CodeLanguage;
  /** Source before the answer and its test: HumanEval's prompt, which the answer goes on with or defines anew. */
  readonly prelude?: string;
  readonly tests: CodeTests;
  /** For all tests of one answer; the sandbox's own limit where absent. */
  readonly seconds?: number;
  /** A program that the answer edits, `old line => new line`; where absent, the answer is the program. */
  readonly edits?: string;
}

/** The forms of public data sets. All tests must pass. */
export type CodeTests =
  /** HumanEval: source that defines `check(candidate)`; it is called with the function of this name. */
  | { readonly form: "check"; readonly entry: string; readonly test: string }
  /** MBPP: lines that assert, after lines that set them up. */
  | { readonly form: "asserts"; readonly setup: string; readonly asserts: readonly string[] }
  /** APPS, TACO with a function's name: arguments and what comes of them, as JSON values. */
  | { readonly form: "calls"; readonly entry: string; readonly cases: readonly CodeCall[] }
  /** APPS, TACO: what is written to standard output; equal but for white space at the ends of lines. */
  | { readonly form: "stdio"; readonly cases: readonly StdioCase[] }
  /**
   * Codeforces: `checker` is source in the same language that defines `check(stdin, output)` and gives whether an
   * output is right.
   */
  | { readonly form: "checker"; readonly inputs: readonly string[]; readonly checker: string };

export interface CodeCall {
  readonly args: readonly unknown[];
  readonly result: unknown;
}

export interface StdioCase {
  readonly stdin: string;
  readonly out: string;
}

/** An answer that edits a repository, whose tests then run. */
export interface RepositoryExecution {
  readonly kind: "repository";
  /** The task's folder, with `task.json` and a bare git repository. */
  readonly folder: string;
}

/** The same where the task's folder is elsewhere: its bundle is asked for by its hash. */
export interface BundledExecution {
  readonly kind: "bundle";
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}
