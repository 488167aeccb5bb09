import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { loadExamples } from "./load-examples.ts";
import { BoundedCompressors } from "./parquet-limits.ts";
import { parquetRows } from "./parquet-rows.ts";

type WriteOptions = Parameters<typeof parquetWriteBuffer>[0];
type Column = WriteOptions["columnData"][number];

const PROGRAM = new URL("../../dist/data/parquet-process.js", import.meta.url).pathname;
const COLUMNS = { required: ["prompt", "completion"], optional: ["problemId"] };

const strings = (name: string, data: string[]): Column => ({ name, data, type: "STRING" });
const file = (columnData: Column[], options: object = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }));

/**
 * What the process says of a file, and the most memory that it held, in megabytes; zero where the system doesn't tell.
 */
async function decode(bytes: Uint8Array): Promise<{ last: string; megabytes: number; seconds: number }> {
  const path = join(temporaryFolder(), "d.parquet");
  writeFileSync(path, bytes);
  const started = performance.now();
  const child = spawn(process.execPath, ["--max-old-space-size=640", PROGRAM, path, JSON.stringify(COLUMNS)], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let megabytes = 0;
  const status = `/proc/${child.pid}/status`;
  const timer = setInterval(() => {
    if (existsSync(status))
      megabytes = Math.max(megabytes, Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] ?? 0) / 1024);
  }, 5);
  const lines = (await text(child.stdout)).trimEnd().split("\n");
  clearInterval(timer);
  return { last: lines.at(-1)!, megabytes, seconds: (performance.now() - started) / 1000 };
}

/** A gigabyte of one letter, in blocks of 128 KiB, by Zstandard's format (RFC 8878). */
function zstdBomb(): Uint8Array {
  const blocks = 8192;
  const out = Buffer.alloc(6 + 4 * blocks);
  // Magic, no content size, a window of 128 KiB.
  out.writeUInt32LE(0xfd2fb528, 0);
  out[5] = 7 << 3;
  for (let i = 0; i < blocks; i++)
    out.writeUInt32LE((((131_072 << 3) | 2 | Number(i === blocks - 1)) & 0xffffff) | (0x61 << 24), 6 + 4 * i);
  return out;
}

/**
 * Text i is the one before with a letter more: 1.8 GB when decoded, from lengths that take no bits, by DELTA_BYTE_ARRAY
 * (Parquet's
 * Encodings.md). Stands in the place of what the writer made of honest texts, in as many bytes.
 */
function deltaBomb(texts: number, bytes: number): Uint8Array {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
  const lengths = (first: number, step: number): number[] => [
    ...varint(128),
    4,
    ...varint(texts),
    2 * first,
    ...Array.from({ length: Math.ceil((texts - 1) / 128) }, () => [2 * step, 0, 0, 0, 0]).flat(),
  ];
  const bomb = Buffer.alloc(bytes, "a");
  bomb.set([...lengths(0, 1), ...lengths(1, 0)]);
  return bomb;
}

const ROWS = 60_000;
const short = Array.from({ length: ROWS }, (_, i) => `${(i * 7919) % ROWS} ${i}`);
const million = "a".repeat(1_000_000);
const repeated = short.map(() => million);
/** A file whose pages are what the codec says that they are. */
const lying = (codec: string, compress: (bytes: Uint8Array) => Uint8Array): Uint8Array =>
  file([strings("prompt", ["p"]), strings("completion", ["c"])], { codec, compressors: { [codec]: compress } });
const large = Buffer.alloc(2 ** 26, "a");

const bombs: readonly (readonly [name: string, make: () => Uint8Array, says: RegExp])[] = [
  [
    "a dictionary of one long text",
    () => file([strings("prompt", repeated), strings("completion", short)]),
    /hold at most \d+ characters, got at least 1000\d+; it repeats its texts/,
  ],
  ["gzip that lies", () => lying("GZIP", () => gzipSync(large)), /can't be read/],
  [
    "brotli that lies",
    () => lying("BROTLI", () => brotliCompressSync(large, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })),
    /can't be read/,
  ],
  ["zstd that lies", () => lying("ZSTD", zstdBomb), /can't be read/],
  [
    "lz4 that lies",
    () => lying("LZ4_RAW", () => Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(4_000_000, 255)])),
    /can't be read/,
  ],
  [
    "snappy that lies",
    () =>
      lying("SNAPPY", () =>
        Buffer.concat([
          Buffer.from([0xff, 0xff, 0xff, 0xff, 0x03, 0, 0x61]),
          Buffer.alloc(3_000_000, Buffer.from([0xfe, 1, 0])),
        ]),
      ),
    /can't be read/,
  ],
  [
    "30,000 columns",
    () =>
      file([
        strings("prompt", ["p"]),
        strings("completion", ["c"]),
        ...Array.from({ length: 30_000 }, (_, i) => strings(`x${i}`, ["x"])),
      ]),
    /^\{"end":true\}$/,
  ],
];

test.each(bombs)("%s is refused in one line, or read, in a little memory", async (_, make, says) => {
  const { last, megabytes, seconds } = await decode(make());
  expect(last).toMatch(says);
  expect(megabytes).toBeLessThan(500);
  expect(seconds).toBeLessThan(5);
});

test("what is seen by no number ends with its own process, at a gigabyte", async () => {
  const bomb = file(
    [
      { ...strings("prompt", short), encoding: "DELTA_BYTE_ARRAY" },
      strings(
        "completion",
        short.map(() => "c"),
      ),
    ],
    {
      codec: "GZIP",
      rowGroupSize: [ROWS],
      pageSize: 2 ** 24,
      compressors: {
        GZIP: (bytes: Uint8Array) => gzipSync(bytes.length > 100_000 ? deltaBomb(ROWS, bytes.length) : bytes),
      },
    },
  );
  const { last, megabytes, seconds } = await decode(bomb);
  expect(last).toBe("");
  expect(megabytes).toBeLessThan(1100);
  expect(seconds).toBeLessThan(15);
  const path = join(temporaryFolder(), "d.parquet");
  writeFileSync(path, bomb);
  await expect(loadExamples(path)).rejects.toThrow(
    /^Expected ".*d\.parquet" to be decoded within 960 MiB of memory, got a file that takes more or breaks the decoder; write/,
  );
}, 40_000);

test("a page is refused before it is decompressed, and pages that come to too much together", () => {
  const { codecs } = new BoundedCompressors("d.parquet");
  expect(() => codecs.ZSTD!(zstdBomb(), 2 ** 30)).toThrow(
    /^Expected pages of "d\.parquet" to have at most 134217728 bytes, and 268435456 together, got 1073741824/,
  );
  const many = new BoundedCompressors("d.parquet");
  const page = gzipSync(Buffer.alloc(2 ** 27));
  for (let i = 0; i < 2; i++) expect(many.codecs.GZIP!(page, 2 ** 27)).toHaveLength(2 ** 27);
  expect(() => many.codecs.GZIP!(page, 2 ** 27)).toThrow(
    /together, got 134217728 and 402653184; write it with smaller pages\.$/,
  );
  many.release();
  expect(many.codecs.GZIP!(gzipSync("abc"), 3)).toEqual(Buffer.from("abc"));
});

test("rows come some at a time, each once and in order, whatever the size of groups and pages", async () => {
  const path = join(temporaryFolder(), "d.parquet");
  const texts = short.slice(0, 5000);
  writeFileSync(
    path,
    file(
      [
        strings("prompt", texts),
        strings(
          "completion",
          texts.map((text) => text.slice(0, 1)),
        ),
        strings("problemId", texts.toReversed()),
      ],
      { rowGroupSize: [3000], pageSize: 4096 },
    ),
  );
  const windows = [];
  for await (const rows of parquetRows(path, COLUMNS, 20_000)) windows.push(rows);
  expect(windows.length).toBeGreaterThan(4);
  expect(windows.flat()).toEqual(
    texts.map((prompt, i) => ({ prompt, completion: prompt.slice(0, 1), problemId: texts[texts.length - 1 - i] })),
  );
});

test("a column of parts is refused before it is decoded", async () => {
  const leaf = { type: "BYTE_ARRAY", converted_type: "UTF8" };
  const schema = [
    { name: "root", num_children: 2 },
    { name: "prompt", repetition_type: "OPTIONAL", num_children: 1 },
    { name: "a", repetition_type: "OPTIONAL", ...leaf },
    { name: "completion", repetition_type: "REQUIRED", ...leaf },
  ];
  const path = join(temporaryFolder(), "d.parquet");
  writeFileSync(
    path,
    file(
      [
        { name: "prompt", data: [{ a: "p" }] },
        { name: "completion", data: ["c"] },
      ],
      { schema },
    ),
  );
  await expect(parquetRows(path, COLUMNS).next()).rejects.toThrow(
    /Expected the column `prompt` of ".*" to hold one text a row, got lists or parts; write/,
  );
});
