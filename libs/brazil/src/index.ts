export * from './documents';
export * from './keys';
export * from './states';
