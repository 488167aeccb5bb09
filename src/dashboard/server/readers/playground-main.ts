/**
 * A process with the models of one run, for the dashboard's server, which may end it at any time. What they take of
 * memory is the first argument, in megabytes.
 */
import { constants, setPriority } from "node:os";
import { watchMemory } from "../../../host/watch-memory.ts";
import { playgroundApp } from "../playground/playground-app.ts";
import { RunFolders } from "../run-folders.ts";
import { answerParent } from "./answer-parent.ts";

// A training beside it comes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
await Promise.all([
  watchMemory(Number(process.argv[2]) * 2 ** 20),
  answerParent((place, tools) => playgroundApp(new RunFolders(place), tools)),
]);
