export { type EventuallyOptions, eventually } from './eventually.ts';
export { findFreePort, findFreePorts } from './free-ports.ts';
export { sourceFlags } from './source-flags.ts';
