import tseslint from 'typescript-eslint';

const CLOCK = 'take business time from the argument `now` or the injected Clock, wall time from the WallClock';
const SQL_CLOCK =
  '/\\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\\s*\\(\\s*\\)|\\b(current_(date|time|timestamp)|localtime|localtimestamp)\\b/i';
const clocks = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: `new Date() reads the machine's clock: ${CLOCK}` },
  { selector: 'CallExpression[callee.name="Date"]', message: `Date() reads the machine's clock: ${CLOCK}` },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: `Date.now reads the machine's clock: ${CLOCK}` },
  { selector: `Literal[value=${SQL_CLOCK}]`, message: `SQL may not read the database's clock: pass the time as a parameter` },
  { selector: `TemplateElement[value.raw=${SQL_CLOCK}]`, message: `SQL may not read the database's clock: pass the time as a parameter` },
];

// Specs, and what is written for them alone.
const tests = ['**/*.spec.ts', '**/test/**', '**/scenarios/**', '**/simulator/**'];

export default tseslint.config(
  { ignores: ['**/node_modules/', '**/dist/', 'coverage/', '.nx/', '.emdia/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.recommended,
  { rules: { 'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }] } },
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    // What an underscore names is there for its position; what a rest takes out is left out on purpose.
    files: ['**/*.ts', '**/*.mts', '**/*.mjs', '**/*.cjs'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    // A promise that nobody waits for is an error that nobody sees, or a commit that comes too late.
    rules: { '@typescript-eslint/no-floating-promises': 'error', '@typescript-eslint/await-thenable': 'error' },
  },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.cjs'],
    ignores: tests,
    rules: { 'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }] },
  },
  // An answer read in a test is whatever came.
  { files: tests, rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: [...tests, 'libs/clock/src/index.ts', 'libs/testing/**'],
    rules: { 'no-restricted-syntax': ['error', ...clocks] },
  },
);
