const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = /\/(kafka\.kafka|simulator\.int|in-process\.scenario)\.spec\.ts$/;

/** Short files that tell long stories begin first: a fresh clone has no times to go by, and by size one worker told them in the end for two minutes, with the other idle. */
module.exports = class LongFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => Number(LONG.test(b.path)) - Number(LONG.test(a.path)));
  }
};
