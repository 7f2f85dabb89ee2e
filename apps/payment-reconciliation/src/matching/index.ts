export * from './batch';
export { type Book, Candidates } from './candidates';
export * from './credit';
export { match } from './match';
export { inWords } from './words';
