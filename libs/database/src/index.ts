export type { Cell } from './array-literal';
export * from './bulk';
export * from './column';
export * from './database';
export * from './failure';
export * from './roles';
