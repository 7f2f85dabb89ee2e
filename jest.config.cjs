const fs = require('node:fs');
const path = require('node:path');

const swc = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    target: 'es2022',
    keepClassNames: true,
  },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/**
 * `.spec.ts` needs nothing; `.int.spec.ts` and `.scenario.spec.ts` get a database and `.kafka.spec.ts` a Kafka too, which
 * globalSetup starts only where a spec of the run needs them.
 */
module.exports = {
  testEnvironment: 'node',
  roots: ['apps', 'libs', 'tools', 'bench', 'chaos'].map((root) => path.join(__dirname, root)).filter((root) => fs.existsSync(root)),
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: { '^@emdia/([^/]+)$': '<rootDir>/libs/$1/src/index.ts' },
  globalSetup: '<rootDir>/libs/testing/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/global-teardown.mjs',
  reporters: ['default', '<rootDir>/libs/testing/jest/loud-skips.cjs'],
  testSequencer: '<rootDir>/libs/testing/jest/long-first.cjs',
  testTimeout: 60_000,
  maxWorkers: 2,
};
