export { type Listening, listen } from './listen.ts';
export { readEnvironment } from './read-environment.ts';
export { stopOnSignals } from './stop-on-signals.ts';
