import { createServer, type Server } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { distil } from "../../src/pipelines/distil.ts";
import { rejectionSample } from "../../src/distillation/rejection-sampling.ts";
import { enumerateCandidates, candidateText } from "../../src/tasks/countdown/candidate.ts";
import { stepsText, writeTry } from "../../src/tasks/countdown/trace.ts";
import { RandomStream, randomKey } from "../../src/random.ts";
import { tinyChatModel } from "../tiny-chat-model.ts";
import { newFolder } from "./cli-run.ts";

const STUDENT = new URL("../../models/countdown-small-base", import.meta.url).pathname;

/** What a perfect teacher writes: the candidate that hits. */
function solution(prompt: string): string {
  const numbers = /numbers (.*), each/.exec(prompt)![1]!.match(/\d+/g)!.map(Number);
  const target = Number(/make (\d+)\./.exec(prompt)![1]);
  const candidate = enumerateCandidates([...numbers].sort((a, b) => a - b)).find(({ value }) => value === target)!;
  const { steps } = writeTry(candidate, new RandomStream(randomKey(1)), 0);
  return `<think> ${stepsText(steps)} yes </think> <answer> ${candidateText(steps)} </answer>`;
}

/** An OpenAI-compatible server that is busy at first; `asked` counts what it answered. */
async function startTeacher(
  answer: (prompt: string) => string,
): Promise<{ readonly server: Server; readonly url: string; readonly asked: () => number }> {
  let requests = 0;
  let answered = 0;
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      response.setHeader("content-type", "application/json");
      if (++requests <= 2) {
        response.writeHead(429, { "retry-after": "0" }).end('{"error":{"message":"busy"}}');
        return;
      }
      answered++;
      const { messages } = JSON.parse(body) as { readonly messages: readonly { readonly content: string }[] };
      response.end(
        JSON.stringify({
          id: "x",
          object: "chat.completion",
          created: 0,
          model: "m",
          choices: [
            {
              index: 0,
              finish_reason: "stop",
              message: { role: "assistant", content: answer(messages.at(-1)!.content) },
            },
          ],
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked: () => answered };
}

test("a student learns from an endpoint, and nothing is asked twice", async () => {
  const { server, url, asked } = await startTeacher(solution);
  try {
    const options = {
      student: STUDENT,
      folder: join(newFolder(), "distill"),
      endpoint: url,
      endpointModel: "m",
      problems: 24,
      samples: 1,
      epochs: 1,
      maxCompletionTokens: 64,
    };
    const { teacher, data, students } = await distil(options);
    expect(teacher).toBeNull();
    expect(data).toMatchObject({ examples: 24, sampled: 24 });
    expect(asked()).toBe(24);
    expect(students[0]!.distilled).toBeGreaterThan(0);
    expect(readFileSync(join(data.folder, "README.md"), "utf8")).toContain(`m at ${url}`);
    await distil(options);
    expect(asked()).toBe(24);
  } finally {
    server.close();
  }
});

test("a student learns a file's questions, judged by its golds, from a teacher that boxes its answers", async () => {
  const { server, url, asked } = await startTeacher((prompt) => {
    const [, a, b] = /What is (\d+) \+ (\d+)\?/.exec(prompt)!;
    expect(prompt).toContain("in \\boxed{}");
    return `So it is \\boxed{${Number(a) + Number(b) + (a === "3" ? 1 : 0)}}.`;
  });
  const path = join(newFolder(), "qa.jsonl");
  const rows = Array.from({ length: 8 }, (_, i) => ({ question: `What is ${i} + 2?`, gold: String(i + 2) }));
  const write = (of: readonly object[]): void => writeFileSync(path, of.map((row) => JSON.stringify(row)).join("\n"));
  const options = {
    student: await tinyChatModel(),
    folder: join(newFolder(), "distill"),
    endpoint: url,
    endpointModel: "m",
    data: path,
    extract: "boxed",
    samples: 1,
    epochs: 1,
    maxCompletionTokens: 16,
  } as const;
  const notes: string[] = [];
  try {
    write(rows);
    const { data } = await distil(options, {
      onEvent: (event) => {
        if (event.kind === "note") notes.push(event.text);
      },
    });
    expect(data).toMatchObject({ examples: 7, sampled: 8, dropped: { wrong: 1 } });
    expect(asked()).toBe(8);
    expect(notes.join("\n")).toMatch(/question "question", gold "gold", compared as number; 8 to learn from/);
    const line = readFileSync(join(data.folder, "data.jsonl"), "utf8").split("\n", 1)[0]!;
    expect((JSON.parse(line) as { readonly prompt: string }).prompt).toMatch(/<\|im_start\|>user\nWhat is \d \+ 2\?/);
    // Other data under the same name are asked anew.
    write(rows.slice(1));
    expect((await distil(options)).data.sampled).toBe(7);
    await expect(distil({ ...options, task: "countdown" })).rejects.toThrow(/Expected `data` or a `task`, got both/);
  } finally {
    server.close();
  }
});

test("a teacher that is never right leaves nothing to learn from, and says why", async () => {
  const { server, url } = await startTeacher(() => "<think> 1 + 1 = 2 yes </think> <answer> 1 + 1 </answer>");
  try {
    const options = { model: STUDENT, endpoint: url, endpointModel: "m", problems: 3, samples: 2 };
    await expect(rejectionSample(join(newFolder(), "data"), options)).rejects.toThrow(
      "Expected some of 6 completions to be kept, got none: dropped 6 wrong.",
    );
  } finally {
    server.close();
  }
});

test("an editor writes right completions anew; what it spoils is dropped", async () => {
  const teacher = await startTeacher(solution);
  const asked: string[] = [];
  const editor = await startTeacher((prompt) => {
    asked.push(prompt);
    const text = /\[solution\]\n([^]*)\n\[\/solution\]/.exec(prompt)![1]!;
    return asked.length % 2 === 0
      ? text.replace(/<answer>.*<\/answer>/, "<answer> 1 + 1 </answer>")
      : `\n${text.replace(" yes ", " yes yes ")}\n`;
  });
  try {
    const folder = join(newFolder(), "data");
    const options = {
      model: STUDENT,
      endpoint: teacher.url,
      endpointModel: "m",
      editor: editor.url,
      editorModel: "e",
      rewrite: true,
      problems: 8,
      samples: 1,
    };
    const { examples, dropped } = await rejectionSample(folder, options);
    expect(examples).toBe(4);
    expect(dropped.wrong).toBe(4);
    const lines = readFileSync(join(folder, "data.jsonl"), "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines)
      expect((JSON.parse(line) as { readonly completion: string }).completion).toMatch(/^<think> .* yes yes <\/think>/);
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`by e at ${editor.url}, then verified again`);
    await rejectionSample(folder, options);
    expect(editor.asked()).toBe(8);
  } finally {
    teacher.server.close();
    editor.server.close();
  }
});

test("an editor without a model's name is refused before anything is asked", async () => {
  await expect(
    rejectionSample(join(newFolder(), "data"), { model: STUDENT, rewrite: true, editor: "http://127.0.0.1:9/v1" }),
  ).rejects.toThrow("Expected `editorModel` to name the model at http://127.0.0.1:9/v1, got nothing.");
});

test.each([
  [{}, "Expected one teacher"],
  [{ teacher: STUDENT, endpoint: "http://127.0.0.1:9/v1", endpointModel: "m" }, "Expected one teacher"],
  [{ endpoint: "http://127.0.0.1:9/v1" }, "Expected `endpointModel` to name the model"],
  [{ teacher: "/nowhere" }, 'Expected "/nowhere" to be a model'],
])("refuses %j", async (options, message) => {
  await expect(distil({ student: STUDENT, folder: join(newFolder(), "distill"), ...options })).rejects.toThrow(message);
});
