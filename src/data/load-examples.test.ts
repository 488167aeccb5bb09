import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, test } from "vitest";
import { CONFIG, stepMetrics, stepRollouts } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { AhaError } from "../errors.ts";
import { uniformAt, randomKey } from "../random.ts";
import { createRunStore } from "../store/index.ts";
import { loadExamples } from "./load-examples.ts";
import { readPairs } from "./preference-pairs.ts";
import { parquetTexts } from "./parquet-table.ts";
import type { SourceExample } from "./training-example.ts";

const EXAMPLES = [
  { prompt: "2 + 2", completion: "<think> 二\u2028\n </think>", problemId: "a" },
  { prompt: "3 + 3", completion: "6" },
];

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

const jsonl = (...rows: unknown[]): string =>
  rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row))).join("\n");
type Column = Parameters<typeof parquetWriteBuffer>[0]["columnData"][number];
const parquet = (columnData: Column[], options: object = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));
const strings = (name: string, data: (string | null)[]): Column => ({ name, data, type: "STRING", nullable: true });
const whole = (options: object = {}): Uint8Array =>
  parquet(
    [
      strings("other", ["x", "y"]),
      strings(
        "prompt",
        EXAMPLES.map(({ prompt }) => prompt),
      ),
      strings(
        "completion",
        EXAMPLES.map(({ completion }) => completion),
      ),
      strings("problemId", ["a", null]),
    ],
    options,
  );

async function collect(path: string, seconds: number): Promise<void> {
  const wanted = { required: ["prompt", "completion"], optional: ["problemId"] };
  for await (const rows of parquetTexts(path, wanted, seconds)) expect(rows.length).toBeGreaterThan(0);
}

async function examplesOf(place: string): Promise<readonly SourceExample[]> {
  return (await loadExamples(place)).examples;
}

async function failure(path: string): Promise<string> {
  const error = await loadExamples(path).then(
    () => expect.fail("it was read"),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(AhaError);
  expect((error as Error).message).not.toContain("\n");
  return (error as Error).message;
}

describe("JSONL", () => {
  test("is read, with other fields, empty lines, a byte order mark and Windows' line ends", async () => {
    expect(await examplesOf(file("d.jsonl", jsonl(...EXAMPLES)))).toEqual(EXAMPLES);
    expect(
      await examplesOf(
        file(
          "D.JSONL",
          `\ufeff${jsonl({ ...EXAMPLES[0], extra: [1] }, "", { ...EXAMPLES[1], problemId: null }, "  ").replaceAll("\n", "\r\n")}\r\n`,
        ),
      ),
    ).toEqual(EXAMPLES);
  });

  test("and lines across the chunks in which a file is read", async () => {
    const many = Array.from({ length: 300 }, (_, index) => ({
      prompt: `${index}é`.repeat(500),
      completion: "二".repeat(index + 1),
    }));
    expect(await examplesOf(file("d.jsonl", jsonl(...many)))).toEqual(many);
  });

  test.each([
    [
      jsonl(EXAMPLES[0], "{oops"),
      /^Expected line 2 of ".*d\.jsonl" to be JSON, got "\{oops"; write one object a line\.$/,
    ],
    [
      jsonl(EXAMPLES[0], "", { prompt: "p", response: "r" }),
      /line 3 of .* to have the field `completion`, got only "prompt", "response"; rename/,
    ],
    [jsonl({}), /have the field `prompt`, got none;/],
    [jsonl([1]), /row 1 of .* to be an object with columns by name, got 1/],
    [jsonl("null"), /to be an object .*, got null/],
    [jsonl({ prompt: 4, completion: "c" }), /`prompt` in line 1 of .* to be a string, got 4/],
    [jsonl({ prompt: " ", completion: "c" }), /`prompt` in line 1 of .* to have a text, got " "/],
    [jsonl({ prompt: "p", completion: "" }), /`completion` in line 1 of .* to have a text, got ""/],
    [jsonl({ prompt: "p", completion: "c", problemId: 7 }), /`problemId` in line 1 of .* to be a string, got 7/],
    ['{"__proto__": {"prompt": "p", "completion": "c"}}', /to have prompts with completions, .*, got only "__proto__"/],
    ["", /to hold rows .*, got an empty file/],
    ["\n \n", /to hold rows .*, got white space alone/],
    [new Uint8Array([0x22, 0xff, 0xfe, 0x22]), /line 1 of .* to be UTF-8/],
    [`${jsonl(EXAMPLES[0])}\n"${"x".repeat(10_000_001)}"`, /line 2 of .* to have at most 10 MB/],
  ])("is refused in one line: %#", async (content, text) => {
    expect(await failure(file("d.jsonl", content))).toMatch(text);
  });
});

describe("parquet", () => {
  test("comes back as it was written, whatever the row groups and the compression", async () => {
    expect(await examplesOf(file("d.parquet", whole()))).toEqual(EXAMPLES);
    expect(await examplesOf(file("d.parquet", whole({ codec: "UNCOMPRESSED", rowGroupSize: 1 })))).toEqual(EXAMPLES);
  });

  test("without the optional column, and with more rows than one group", async () => {
    const prompts = Array.from({ length: 5000 }, (_, index) => `p${index}`);
    const path = file(
      "d.parquet",
      parquet([strings("prompt", prompts), strings("completion", prompts)], { rowGroupSize: 1024 }),
    );
    expect(await examplesOf(path)).toEqual(prompts.map((prompt) => ({ prompt, completion: prompt })));
  });

  test.each([
    [
      "no completion",
      parquet([strings("prompt", ["p"]), strings("remark", ["a"])]),
      /to have the field `completion`, got only "prompt"; rename/,
    ],
    [
      "numbers",
      parquet([strings("prompt", ["p"]), { name: "completion", data: [5], type: "INT32" }]),
      /`completion` in row 1 of .* to be a string, got 5/,
    ],
    [
      "64-bit numbers",
      parquet([strings("prompt", ["p"]), { name: "completion", data: [5n], type: "INT64" }]),
      /`completion` in row 1 of .* to be a string, got 5/,
    ],
    [
      "a null",
      parquet([strings("prompt", ["p", null]), strings("completion", ["c", "c"])]),
      /`prompt` in row 2 of .* to be a string, got null/,
    ],
    [
      "an empty text",
      parquet([strings("prompt", ["p", ""]), strings("completion", ["c", "c"])], { rowGroupSize: 1 }),
      /`prompt` in row 2 of .* to have a text/,
    ],
    ["no rows", parquet([strings("prompt", []), strings("completion", [])]), /to hold rows, got none/],
    ["nothing", new Uint8Array(), /to hold rows .*, got an empty file/],
    [
      "text",
      new TextEncoder().encode("prompt,completion\n".repeat(10)),
      /to hold rows .*, got "prompt,completion" at its beginning/,
    ],
    ["half of it", whole().subarray(0, 200), /to be a parquet file, got one that can't be read/],
  ])("is refused in one line: %s", async (_, content, text) => {
    expect(await failure(file("d.parquet", content))).toMatch(text);
  });

  test("that would be decoded for ever is given up on", async () => {
    const bad = Buffer.from(whole({ rowGroupSize: 1 }));
    // The header of a page of one value: its number of nulls, 0, becomes a longer number that swallows the fields after
    // it, and hyparquet 1.31 then reads the same bytes again and again.
    const nulls = bad.indexOf(Buffer.from([0x5c, 0x15, 0x02, 0x15, 0x00]), 121) + 4;
    bad[nulls] = 0xe7;
    expect(nulls).toBe(131);
    await expect(collect(file("d.parquet", bad), 3)).rejects.toThrow('("not decoded within 3 seconds"); it is damaged');
  });

  test("damaged anywhere is read or refused, never anything else", async () => {
    const good = whole({ rowGroupSize: 1 });
    const path = file("d.parquet", good);
    let refused = 0;
    for (let round = 0; round < 12; round++) {
      const bad = good.slice(
        0,
        round % 4 === 0 ? Math.floor(uniformAt(randomKey(round), 9) * good.length) : good.length,
      );
      for (let hit = 0; hit <= round % 3; hit++)
        bad[Math.floor(uniformAt(randomKey(round), hit) * bad.length)] = Math.floor(
          uniformAt(randomKey(round), hit + 3) * 256,
        );
      writeFileSync(path, bad);
      await collect(path, 2).catch((error: unknown) => {
        refused++;
        if (!(error instanceof AhaError) || error.message.includes("\n"))
          throw new Error(`round ${round}`, { cause: error });
      });
    }
    expect(refused).toBeGreaterThan(3);
  });
});

describe("a folder", () => {
  test("of a data set", async () => {
    const path = file("data.jsonl", jsonl(...EXAMPLES));
    expect(await examplesOf(join(path, ".."))).toEqual(EXAMPLES);
  });

  test("of a run gives its right, finished rollouts, each once", async () => {
    const folder = temporaryFolder();
    const store = createRunStore(folder, CONFIG);
    const right = stepRollouts(1)[0]!;
    store.recordStep(1, stepMetrics(1), [
      ...stepRollouts(1),
      { ...right, problemId: "again" },
      { ...right, problemId: "cut", rollout: { ...right.rollout, text: "cut", stop: "length" } },
    ]);
    store.recordStep(2, stepMetrics(2), stepRollouts(2));
    const expected = [1, 2].map((step) => ({
      prompt: "<bos> 2 7 9 make 25 :",
      completion: `wait\u0000 "é" ${step}`,
      problemId: "2 7 9 make 25",
    }));
    expect(await examplesOf(folder)).toEqual(expected);
    store.close();
    expect(await examplesOf(folder)).toEqual(expected);
  });

  test("of a run without a right rollout", async () => {
    const folder = temporaryFolder();
    const store = createRunStore(folder, CONFIG);
    store.recordStep(1, stepMetrics(1), stepRollouts(1).slice(1));
    store.close();
    expect(await failure(folder)).toMatch(
      /to hold examples, got none; a run has some once a finished completion was right/,
    );
  });

  test("of a damaged run", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "run.db"), "nonsense".repeat(1000));
    expect(await failure(folder)).toContain("run.db");
  });

  test("of something else", async () => {
    expect(await failure(temporaryFolder())).toMatch(
      /to hold \.parquet, \.jsonl, \.json or \.csv files, got none; give/,
    );
  });
});

describe("a data file that is none", () => {
  const pipe = (name: string): string => {
    const path = join(temporaryFolder(), name);
    expect(spawnSync("mkfifo", [path]).status).toBe(0);
    return path;
  };
  const link = (name: string, to: string): string => {
    const path = join(temporaryFolder(), name);
    symlinkSync(to, path);
    return path;
  };

  test.skipIf(process.platform === "win32")(
    "but a pipe, a device or a link to one is refused in one line at once",
    async () => {
      const paths = ["d.jsonl", "d.parquet"].flatMap((name) => [pipe(name), link(name, "/dev/zero")]);
      for (const path of paths) {
        expect(await failure(path)).toMatch(/to be a plain file, got a pipe or a device; save/);
        await expect(readPairs(path)).rejects.toThrow(/to be a plain file, got a pipe or a device/);
      }
      const [folder, data] = [temporaryFolder(), temporaryFolder()];
      symlinkSync("/dev/zero", join(data, "data.jsonl"));
      expect(await failure(data)).toMatch(/to be a plain file, got a pipe or a device/);
      expect(await failure(link("d.jsonl", folder))).toMatch(/to hold \.parquet, .* files, got none/);
      expect(await failure(link("d.jsonl", join(folder, "gone")))).toMatch(/it does not exist/);
    },
  );

  test.each<[string, string | Uint8Array, RegExp]>([
    [
      "a million levels",
      `{"prompt":"p","completion":"c","x":${"[".repeat(1e6)}${"]".repeat(1e6)}}`,
      /line 1 of ".*" to be JSON of at most 64 levels and 1048576 objects, got 1000001 and 1000001; write/,
    ],
    ["four million levels without an end", "[".repeat(4e6), /to hold one JSON list of objects, got an end within/],
    ["zeros", new Uint8Array(10_000_001), /to hold rows .*, got bytes that are no text/],
    [
      "UTF-16",
      new Uint8Array(Buffer.from('\ufeff{"prompt":"p","completion":"c"}', "utf16le")),
      /to hold rows .*, got text in UTF-16 or UTF-32; save it as UTF-8/,
    ],
    ["escapes", jsonl({ prompt: "\u001b[2J", completion: 7 }), /to be a string, got 7/],
  ])("but %s is refused in one line", async (_, content, says) => {
    expect(await failure(file("d.jsonl", content))).toMatch(says);
  });

  test("and so are pairs", async () => {
    const pair = { prompt: "p", chosen: "a", rejected: "b" };
    expect(await readPairs(file("p.jsonl", `\ufeff${jsonl(pair, "", pair)}`))).toEqual([pair, pair]);
    await expect(readPairs(file("p.jsonl", "[".repeat(1e6)))).rejects.toThrow(
      /^Expected line 1 of .* to be JSON of at most 64 levels and 1048576 objects, got 1000000 and 1000000\.$/,
    );
    await expect(readPairs(file("p.jsonl", new Uint8Array([0x22, 0xff, 0x22])))).rejects.toThrow(
      /line 1 of .* to be UTF-8/,
    );
    await expect(readPairs(file("p.jsonl", "x".repeat(10_000_001)))).rejects.toThrow(/at most 10 MB/);
    await expect(readPairs(temporaryFolder())).rejects.toThrow(/a folder stands where a file is needed/);
    await expect(readPairs(file("p.jsonl", ""))).rejects.toThrow(/Expected preference pairs in .*, got none/);
  });
});

test("what can't be read is refused by name", async () => {
  const folder = temporaryFolder();
  expect(await failure(join(folder, "none.jsonl"))).toMatch(
    /^Can't read ".*none\.jsonl": it does not exist; check the path\.$/,
  );
  expect(await failure(file("d.csv", "p,c"))).toMatch(/to hold rows, got a header alone/);
  expect(await failure(file("data", "p,c"))).toMatch(/to hold rows, got a header alone/);
  mkdirSync(join(folder, "d.jsonl"));
  expect(await failure(join(folder, "d.jsonl"))).toMatch(/to hold \.parquet, .* files, got none/);
});
