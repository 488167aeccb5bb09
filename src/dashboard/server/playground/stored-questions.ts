import type { Split } from "../../../records/problem.ts";
import type { RunConfig, RunStore } from "../../../store/index.ts";
import { taskOfRun } from "../../../store/run-task.ts";
import { spreadOver } from "../../../numbers/spread.ts";
import { PLAYGROUND_LIMITS } from "./playground-limits.ts";

/** What stands around a question in a run's prompts. */
export interface QuestionFrame {
  readonly before: string;
  readonly after: string;
}

const SPLIT: Split = "heldOut";
/** Stored prompts, and questions, that are looked at. */
const PROMPTS = 100;
const QUESTIONS = 1000;

/**
 * Questions of a run's held-out problems, as its models read them: those that its evaluations kept, or those of its
 * task where that comes with the package. Nothing that the run names is loaded.
 */
export function storedQuestions(store: Pick<RunStore, "config" | "newestEvaluation" | "lastEvaluation">): string[] {
  const { questions: most, questionCharacters } = PLAYGROUND_LIMITS;
  const task = taskOfRun(store.config);
  const isCompact = store.config["template"] === "compact";
  const kept = isCompact ? [] : keptQuestions(store);
  const known =
    kept.length > 0 || task === null
      ? kept
      : spreadOver(task.problems(SPLIT), most).map(({ question, compactQuestion }) =>
          isCompact ? compactQuestion : question,
        );
  const fitting = [...new Set(known)].filter(({ length }) => length > 0 && length <= questionCharacters);
  return [...spreadOver(fitting, most)];
}

/**
 * What stood around the questions of a run, as its stored prompts show it: whatever task and template made them, both
 * models are then asked as they were in training.
 *
 * @returns null where no stored prompt holds a stored question, or two of them disagree
 */
export function storedFrame(
  store: Pick<RunStore, "config" | "newestEvaluation" | "lastEvaluation" | "watched">,
): QuestionFrame | null {
  const questions = keptQuestions(store);
  const frames: QuestionFrame[] = [];
  for (const { prompt } of store.watched({ limit: PROMPTS })) {
    const held = questions.filter((question) => question !== "" && prompt.includes(question));
    // A shorter one may be a part of a longer one.
    const longest = held.reduce((best, one) => (one.length > best.length ? one : best), "");
    const parts = prompt.split(longest);
    if (longest === "" || parts.length !== 2) continue;
    frames.push({ before: parts[0]!, after: parts[1]! });
  }
  const [first] = frames;
  const agree = frames.every(({ before, after }) => before === first?.before && after === first?.after);
  return first !== undefined && agree ? first : null;
}

function keptQuestions(store: Pick<RunStore, "newestEvaluation" | "lastEvaluation">): string[] {
  const { firstSamples = [] } = (store.newestEvaluation() ?? store.lastEvaluation("before"))?.result ?? {};
  return firstSamples.slice(0, QUESTIONS).map(({ question }) => question);
}

/** A text of a run's config; empty for anything else. */
export function configText(config: RunConfig, field: string): string {
  const value = config[field];
  return typeof value === "string" ? value : "";
}
