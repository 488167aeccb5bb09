#!/usr/bin/env node
import { runCommandLine } from "./command-line.ts";
import { processHost } from "./process-host.ts";
import { COMPOSITIONS } from "./wiring.ts";

const host = processHost((code) => process.exit(code));
const code = await runCommandLine(process.argv.slice(2), host, COMPOSITIONS);
// What was written must be out before the process ends; worker threads that still run end with it.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write("", written))),
);
process.exit(code);
