export { type EventuallyOptions, eventually } from './eventually.ts';
