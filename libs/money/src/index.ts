export * from './cents';
export * from './early-discount';
export * from './late-charges';
export * from './pix-charges';
export * from './prescription';
