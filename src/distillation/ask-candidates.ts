import type { LoadedSubject } from "../evaluation/open-subject.ts";
import { completionAfter, findTemplate, questionInForm } from "../prompts/index.ts";
import type { Problem } from "../records/problem.ts";
import type { Judge } from "../judging/judge.ts";
import type { TeacherAnswer } from "../policy/remote/endpoint-client.ts";
import { createEndpointTeacher } from "../policy/remote/endpoint-teacher.ts";
import { taughtForm } from "./taught-form.ts";
import type { TeacherCompletion, UnjudgedCompletion } from "./filter-completions.ts";
import type { SampleCandidatesOptions, SampleContext } from "./sample-candidates.ts";

/** A model behind an OpenAI-compatible endpoint, by its address and its name there. */
export interface EndpointModel {
  readonly endpoint: string;
  readonly endpointModel: string;
}

/**
 * Completions of a teacher behind an OpenAI-compatible endpoint, asked in R1-Zero's words, or for the form that answers
 * are looked for in, and judged like any other. The student's tokenizer counts their tokens; a text that it can't hold
 * is given as cut, and so never learnt from.
 */
export async function askCandidates(
  student: LoadedSubject,
  judge: Judge,
  options: SampleCandidatesOptions & EndpointModel,
  { signal, onProgress }: SampleContext = {},
): Promise<TeacherCompletion[]> {
  const { answerForm } = judge.task;
  const tagged = findTemplate("r1-zero");
  const template = (problem: Problem): string => questionInForm(problem.question, answerForm) ?? tagged(problem);
  const teacher = createEndpointTeacher({
    ...addressOf(options),
    temperature: options.temperature,
    maxTokens: options.maxCompletionTokens,
    journal: options.journal,
  });
  const requests = options.problems.map((problem) => ({
    id: problem.id,
    prompt: template(problem),
    samples: options.samples,
  }));
  const answers = await teacher.complete(requests, onProgress, signal);
  const written = options.problems.flatMap((problem) =>
    (answers.get(problem.id) ?? []).map((answer) => writtenAnswer({ student, judge }, problem, answer)),
  );
  return judge.judge(written, signal);
}

/** What an editor is given. */
export interface EditorOptions extends EndpointModel {
  readonly maxCompletionTokens: number;
  /** Where its answers are kept as they come. */
  readonly journal: string;
}

/** The model whose words the texts are read in, and the judge of the task. */
export interface Reader {
  readonly student: LoadedSubject;
  readonly judge: Judge;
}

/**
 * Right completions, written anew in a readable form by a model behind an endpoint and verified again: what DeepSeek-V3
 * did for R1's cold start (arXiv:2501.12948, section 2.3.1). All that is not right is left as it is.
 */
export async function rewriteByEndpoint(
  { student, judge }: Reader,
  completions: readonly TeacherCompletion[],
  options: EditorOptions,
  { signal, onProgress }: SampleContext = {},
): Promise<TeacherCompletion[]> {
  const editor = createEndpointTeacher({
    ...addressOf(options),
    temperature: 0,
    maxTokens: options.maxCompletionTokens,
    journal: options.journal,
  });
  const idOf = (index: number): string => `${index} ${completions[index]!.problem.id}`;
  const requests = completions.flatMap(({ problem, text, verdict, stop }, index) =>
    verdict.kind === "right" && stop === "end"
      ? [{ id: idOf(index), prompt: editingPrompt(problem, text), samples: 1 }]
      : [],
  );
  const answers = await editor.complete(requests, onProgress, signal);
  const written = completions.map((completion, index): UnjudgedCompletion => {
    const [answer] = answers.get(idOf(index)) ?? [];
    return answer === undefined ? completion : writtenAnswer({ student, judge }, completion.problem, answer);
  });
  return judge.judge(written, signal);
}

/** What the editor is asked. The completion is a model's output, and stands between marks. */
function editingPrompt({ question, language }: Problem, text: string): string {
  const name = language === undefined ? undefined : new Intl.DisplayNames(["en"], { type: "language" }).of(language);
  return [
    "Below are a question and a right solution to it. Write the solution anew so that people can read it easily: the same steps in the same order and the same answer, without repetition.",
    `Write it in ${name ?? "the question's language"} only. Keep the form <think> steps </think> <answer> answer </answer>, and write nothing else.`,
    `[question]\n${question}\n[/question]`,
    `[solution]\n${text}\n[/solution]`,
  ].join("\n\n");
}

/** The key stands in the environment, not in a flag, so that no run, list of processes or shell history holds it. */
function addressOf({ endpoint, endpointModel }: EndpointModel): {
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string;
} {
  const apiKey = process.env["AHA_API_KEY"];
  return { baseUrl: endpoint, model: endpointModel, ...(apiKey === undefined || apiKey === "" ? {} : { apiKey }) };
}

/** An answer as what the student would have written after its own prompt. */
function writtenAnswer(
  { student, judge }: Reader,
  problem: Problem,
  { text, finished }: TeacherAnswer,
): UnjudgedCompletion {
  const prompt = student.template(problem);
  const completion = completionAfter(prompt, taughtForm(text.trim(), judge.task.answerForm));
  const length = countTokens(student, completion);
  const whole = finished && length !== null;
  return { problem, prompt, text: completion, length: length ?? 0, stop: whole ? "end" : "length" };
}

/** Null where the student's vocabulary doesn't hold the text. */
function countTokens({ checkpoint }: LoadedSubject, text: string): number | null {
  try {
    return checkpoint.tokenizer.encode(text).length + 1;
  } catch {
    return null;
  }
}
