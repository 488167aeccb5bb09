/**
 * What transformers decodes of the models that ship, special tokens left out as TRL and verl do. `AHA_PYTHON` names a
 * Python that has transformers: `python3 -m venv venv && venv/bin/pip install transformers`.
 */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { SHIPPED_MODELS, shippedModel } from "../../src/formats/shipped-model.ts";

const COMPLETION = "<think> 1 + 2 = 3 </think> <answer> 1 + 2 </answer>";
const PROGRAM = `
import json, sys
from transformers import AutoTokenizer
text, *folders = sys.argv[1:]
for folder in folders:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = tokenizer.encode(text + " <eos> <pad>", add_special_tokens=False)
    print(json.dumps([tokenizer.decode(ids, skip_special_tokens=True), tokenizer.all_special_tokens]))
`;

const python = process.env["AHA_PYTHON"];

test.skipIf(python === undefined)(
  "tags outlive skip_special_tokens in transformers (AHA_PYTHON isn't set)",
  () => {
    const folders = SHIPPED_MODELS.map((name) => shippedModel(name));
    const { stdout, stderr } = spawnSync(python!, ["-c", PROGRAM, COMPLETION, ...folders], { encoding: "utf8" });
    const lines = stdout.split("\n").filter((line) => line.startsWith("["));
    expect(
      lines.map((line) => JSON.parse(line) as unknown),
      stderr,
    ).toEqual(folders.map(() => [COMPLETION, ["<bos>", "<eos>", "<pad>"]]));
  },
  120_000,
);
