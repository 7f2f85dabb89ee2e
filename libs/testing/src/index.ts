export * from './database';
export * from './diary';
export * from './kafka';
