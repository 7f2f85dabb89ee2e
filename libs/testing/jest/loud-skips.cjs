const fs = require('node:fs');

/**
 * Says at the very end what did not run, and why: a skip that nobody reads is a test that nobody has.
 * With EMDIA_TEST_TOTALS=FILE it also writes `{ passed, failed, skipped }`; a suite that could not even load is a failure.
 */
module.exports = class LoudSkips {
  constructor(globalConfig) {
    // With `-t` everything else counts as skipped, which is what was asked for.
    this.chosenByName = Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const skipped = new Map();
    for (const { testFilePath, testResults } of results.testResults) {
      const titles = testResults.filter(({ status }) => status === 'pending' || status === 'todo').map(({ fullName }) => fullName);
      if (titles.length > 0) skipped.set(testFilePath, titles);
    }
    this.writeTotals(results);
    const reason = process.env.EMDIA_TEST_KAFKA_SKIP;
    if (this.chosenByName || (skipped.size === 0 && !reason)) return;
    const lines = [];
    const say = (line) => lines.push(line);
    say('\n================================ NOT RUN ================================');
    if (reason) say(`Tests on a real Kafka, because no broker can be had:\n  ${reason}\n`);
    for (const [file, titles] of skipped) {
      say(file.replace(`${process.cwd()}/`, ''));
      for (const title of titles) say(`  - ${title}`);
    }
    say('=========================================================================\n');
    // At exit, because Jest's own summary comes after every reporter.
    process.once('exit', () => fs.writeSync(2, lines.join('\n')));
  }

  writeTotals({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites }) {
    const file = process.env.EMDIA_TEST_TOTALS;
    if (!file) return;
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    fs.writeFileSync(file, JSON.stringify({ passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests }));
  }
};
