export * from './ask-gate';
