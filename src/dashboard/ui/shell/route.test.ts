import { expect, test } from "vitest";
import { addressOf, compareAddress, groupAddress, problemAddress, readRoute, runAddress } from "./route.ts";

const STRANGE = 'a/b?c=d&e #%"<>é';

test("every address leads back to its view, whatever the names are", () => {
  expect(readRoute(runAddress(STRANGE))).toEqual({ view: "run", run: STRANGE });
  expect(readRoute(groupAddress(STRANGE, 3, 0, 2))).toEqual({
    view: "group",
    run: STRANGE,
    step: 3,
    index: 0,
    sample: 2,
  });
  expect(readRoute(groupAddress(STRANGE, 3, 0))).toEqual({
    view: "group",
    run: STRANGE,
    step: 3,
    index: 0,
    sample: null,
  });
  expect(readRoute(addressOf("run", STRANGE, "playground"))).toEqual({ view: "playground", run: STRANGE });
  expect(readRoute(problemAddress(STRANGE, STRANGE))).toEqual({ view: "problem", run: STRANGE, problem: STRANGE });
  expect(readRoute(compareAddress([STRANGE, "b"]))).toEqual({ view: "compare", runs: [STRANGE, "b"], axis: "step" });
  expect(readRoute(compareAddress(["a"], "minutes"))).toEqual({ view: "compare", runs: ["a"], axis: "minutes" });
  expect(readRoute("#/compare?run=a&x=<b>")).toMatchObject({ axis: "step" });
  expect(readRoute("")).toEqual({ view: "runs" });
  expect(readRoute("#/words")).toEqual({ view: "words" });
  expect(readRoute("#/words/x")).toEqual({ view: "unknown" });
  expect(readRoute("#/run/a?chart=entropy")).toEqual({ view: "run", run: "a", chart: "entropy" });
});

test("what is no address is said to be none", () => {
  for (const hash of [
    "#/x",
    "#/run",
    "#/run/a/b",
    "#/run/a/groups/1",
    "#/run/a/groups/x/0",
    "#/run/a/groups/1/-1",
    "#/run/a/problems/b/c",
    "#/run/%ff",
    "#/compare/x",
  ])
    expect(readRoute(hash), hash).toEqual({ view: "unknown" });
});
