/**
 * Prints the result of a vitest JSON report as one line, `N passed, N failed`; a report that can't be read counts as
 * one failure.
 */
import { readFileSync } from "node:fs";

let passed = 0;
let failed = 1;
try {
  const report = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
  // A file that fails to load has no tests of its own to count.
  for (const file of report.testResults)
    if (file.status === "failed" && file.assertionResults.length === 0) failed += 1;
  if (failed === 0 && !report.success) failed = 1;
} catch (error) {
  console.error(`The test report can't be read: ${error instanceof Error ? error.message : String(error)}`);
}
console.log(`${passed} passed, ${failed} failed`);
