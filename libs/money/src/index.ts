export * from './cents';
export * from './late-charges';
export * from './pix-charges';
