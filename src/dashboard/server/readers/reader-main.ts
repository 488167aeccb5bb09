/** A process that reads runs for the dashboard's server: it only reads. */
import { RunFolders } from "../run-folders.ts";
import { answerParent } from "./answer-parent.ts";
import { readerApp } from "./reader-app.ts";

await answerParent((place, tools) => readerApp({ folders: new RunFolders(place), ...tools }));
