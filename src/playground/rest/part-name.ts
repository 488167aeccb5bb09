import { say, type TextName } from "../words/say.ts";

/** What the stages of our pipelines are called, without their seeds. */
const NAMES: Readonly<Record<string, TextName>> = {
  base: "rest.partBase",
  model: "rest.partBase",
  zero: "rest.partZero",
  dev1: "rest.partDev1",
  dev2: "rest.partDev2",
  dev3: "rest.partDev3",
  r1: "rest.partR1",
  direct: "rest.partDirect",
  distilled: "rest.partDistilled",
  teacher: "rest.partTeacher",
  "by-the-rule": "rest.partRule",
  "with-the-reward": "rest.partReward",
};

/** A part's name in the reader's language where it is one of ours, else as it is. */
export function partName({ name }: { readonly name: string }): string {
  const stage = name.replace(/-s\d+$/, "");
  return Object.hasOwn(NAMES, stage) ? say(NAMES[stage]!) : name;
}
