import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { loadExamples } from "./load-examples.ts";
import type { RowExamplesOptions } from "./row-examples.ts";
import type { DataTurn } from "./shapes/row-values.ts";
import type { SourceExample } from "./training-example.ts";

const user = (content: string): DataTurn => ({ role: "user", content });
const assistant = (content: string): DataTurn => ({ role: "assistant", content });
const system = (content: string): DataTurn => ({ role: "system", content });

function file(rows: readonly object[], name = "d.jsonl"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(
    path,
    name.endsWith(".json") ? JSON.stringify(rows) : rows.map((row) => JSON.stringify(row)).join("\n"),
  );
  return path;
}

async function first(rows: readonly object[], options: RowExamplesOptions = {}): Promise<SourceExample | undefined> {
  return (await loadExamples(file(rows), options)).examples[0];
}

describe("the forms that people have", () => {
  const asked = { prompt: [user("2+2?")], completion: " 4 " };
  const gsm = "3 + 4 = <<3+4=7>>7\n#### 7";
  test.each<[string, object, SourceExample]>([
    ["prompt and completion", { prompt: "2 + 2 =", completion: " 4" }, { prompt: "2 + 2 =", completion: " 4" }],
    ["TRL's lists of messages", { prompt: [user("2+2?")], completion: [assistant(" 4 ")] }, asked],
    ["a list and a text", { prompt: [user("2+2?")], completion: " 4 " }, asked],
    ["messages", { messages: [user("2+2?"), assistant(" 4 ")] }, asked],
    [
      "messages with a system turn, several turns, and one of the user at the end",
      { messages: [system("Be brief."), user("a"), assistant("b"), user("c"), assistant("d"), user("e")] },
      { prompt: [system("Be brief."), user("a"), assistant("b"), user("c")], completion: "d" },
    ],
    [
      "ShareGPT, the system message apart",
      {
        system: "S",
        conversations: [
          { from: "human", value: "2+2?" },
          { from: "gpt", value: "4" },
        ],
      },
      { prompt: [system("S"), user("2+2?")], completion: "4" },
    ],
    [
      "Alpaca",
      { instruction: "Add.", input: "2 and 2", output: "4" },
      { prompt: [user("Add.\n\n2 and 2")], completion: "4" },
    ],
    ["Alpaca without input", { instruction: "2+2?", input: "", output: " 4 " }, asked],
    ["GSM8K", { question: "q", answer: gsm }, { prompt: [user("q")], completion: gsm }],
    [
      "MATH: the solution, not the answer",
      { problem: "q", solution: "So \\boxed{4}.", answer: "4", level: "Level 1" },
      { prompt: [user("q")], completion: "So \\boxed{4}." },
    ],
    ["an answer that is a number", { question: "2+2?", answer: 4 }, { ...asked, completion: "4" }],
    ["a prompt with a response", { prompt: "Q: 2+2\nA:", response: " 4" }, { prompt: "Q: 2+2\nA:", completion: " 4" }],
    [
      "OpenR1: messages before columns",
      { problem: "x", solution: "y", messages: [user("2+2?"), assistant(" 4 ")] },
      asked,
    ],
    [
      "multiple choice",
      { question: "q", choices: ["a", "b"], answer: 1 },
      { prompt: [user("q\nA) a\nB) b")], completion: "B" },
    ],
  ])("%s", async (_, row, expected) => {
    expect(await first([row, row])).toEqual(expected);
  });

  test("columns by the options, parts of them by dots", async () => {
    const row = { q1: "2+2?", extra: { full: " 4 " }, other: "x" };
    expect(await first([row], { question: "q1", completion: "extra.full" })).toEqual(asked);
    await expect(first([row], { question: "q2", completion: "other" })).rejects.toThrow(
      /Expected `question` to name a column of .*, got "q2"; it has only "q1", "extra", "other"/,
    );
  });

  test("of two columns that could be meant, both are named", async () => {
    const row = { question: "q", solution: "s", response: "r" };
    await expect(first([row])).rejects.toThrow(/got "solution" and "response"; name one as `completion`/);
    expect((await first([row], { completion: "response" }))?.completion).toBe("r");
  });

  test("every format, and nested columns of Parquet", async () => {
    const rows = [{ messages: [user("2+2?"), assistant(" 4 ")] }];
    expect((await loadExamples(file(rows, "d.json"))).examples[0]).toEqual(asked);
    const csv = join(temporaryFolder(), "d.csv");
    writeFileSync(csv, 'question,answer\n"2+2?",4\n');
    expect((await loadExamples(csv)).examples[0]).toEqual({ ...asked, completion: "4" });
    const parquet = join(temporaryFolder(), "d.parquet");
    const data = rows.map(({ messages }) => messages);
    const columnData = [{ name: "messages", data, type: "JSON" as const }];
    writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({ columnData })));
    expect((await loadExamples(parquet)).examples[0]).toEqual(asked);
  });

  test("a folder's training part alone", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "train.jsonl"), '{"question":"a","answer":"1"}\n');
    writeFileSync(join(folder, "test.jsonl"), '{"question":"b","answer":"2"}\n');
    expect((await loadExamples(folder)).examples.map(({ completion }) => completion)).toEqual(["1"]);
  });
});

describe("what is no example", () => {
  const good = { messages: [user("a"), assistant("b")] };
  test.each<[string, object[], RegExp]>([
    ["no turn of the assistant", [good, { messages: [user("a")] }], /line 2 of .* a turn of the assistant with a text/],
    ["nothing before it", [good, { messages: [system("s"), assistant("b")] }], /line 2 of .* a turn of the user/],
    ["a tool", [good, { messages: [user("a"), { role: "tool", content: "x" }, assistant("b")] }], /one of "tool"/],
    ["no turns", [good, good, { messages: "hello" }], /line 3 of .* to have turns in "messages", got "hello"/],
    [
      "an empty answer",
      [
        { question: "a", answer: "b" },
        { question: "a", answer: " " },
      ],
      /"answer" in line 2 of/,
    ],
    ["pairs", [{ ask: "a", chosen: "b", rejected: "c" }], /only "ask", "chosen", "rejected"; a reward model/],
    ["a text", [{ body: "a" }], /got only "body"; name two columns as `question` and `completion`/],
  ])("%s is named", async (_, rows, says) => {
    await expect(loadExamples(file(rows))).rejects.toThrow(says);
  });

  test("it is left out and counted where that is asked for", async () => {
    const rows = [good, { messages: [user("a")] }, good];
    const { examples, leftOut } = await loadExamples(file(rows), { skipUnreadable: true });
    expect([examples.length, leftOut]).toEqual([2, 1]);
  });
});
