export * from './cents';
export * from './late-charges';
