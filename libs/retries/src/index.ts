export { type AskedRetry, type Attempt, mergeAttempts } from './attempts';
export * from './rules';
export { type By, reasonOf } from './timing';
export { type Budget, budgetsOf, isHardStop, nextRetry, type NoRetry, type Retry, type RetryFacts } from './next-retry';
export { checkTables, rulesOf, Tables } from './tables';
