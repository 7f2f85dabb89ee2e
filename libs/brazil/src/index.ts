export * from './boleto';
export * from './br-code';
export * from './check-digits';
export * from './documents';
export * from './keys';
export * from './states';
