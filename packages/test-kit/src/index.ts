export { type EventuallyOptions, eventually } from './eventually.ts';
export { findFreePort, findFreePorts } from './free-ports.ts';
export { type Refusals, refusingAnswers } from './refusing-answers.ts';
export { sourceFlags } from './source-flags.ts';
