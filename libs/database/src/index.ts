export * from './array-literal';
export * from './database';
export * from './failure';
export * from './roles';
