import type { OpenedModel } from "../evaluation/open-model.ts";
import { findTemplate } from "../prompts/index.ts";
import type { Task } from "../tasks/index.ts";
import { createEndpointTeacher } from "./endpoint-teacher.ts";
import type { Candidate } from "./filter-completions.ts";
import { judgeText, type SampleCandidatesOptions, type SampleContext } from "./sample-candidates.ts";

/**
 * Completions of a teacher behind an OpenAI-compatible endpoint, asked in R1-Zero's words and judged like any other. The
 * student's tokenizer counts their tokens; a text that it can't hold is given as cut, and so never learnt from.
 */
export async function askCandidates(student: OpenedModel, task: Task, options: SampleCandidatesOptions & { readonly endpoint: string; readonly endpointModel: string }, { signal, onProgress }: SampleContext = {}): Promise<Candidate[]> {
  const asked = findTemplate("r1-zero");
  const teacher = createEndpointTeacher({ baseUrl: options.endpoint, model: options.endpointModel, temperature: options.temperature, maxTokens: options.maxCompletionTokens, journal: options.journal });
  const requests = options.problems.map((problem) => ({ id: problem.id, prompt: asked(problem), samples: options.samples }));
  const answers = await teacher.complete(requests, onProgress, signal);
  const judged = options.problems.flatMap((problem) =>
    (answers.get(problem.id) ?? []).map(({ text, finished }) => {
      const tokens = countTokens(student, text);
      return judgeText(task, problem, student.template(problem), text.trim(), tokens ?? 0, finished && tokens !== null ? "finished" : "truncated");
    }),
  );
  return Promise.all(judged);
}

/** Null where the student's vocabulary doesn't hold the text. */
function countTokens({ checkpoint }: OpenedModel, text: string): number | null {
  try {
    return checkpoint.tokenizer.encode(text.trim()).length + 1;
  } catch {
    return null;
  }
}
