export { COLOUR_TOKENS } from './colour-tokens.js';
export type { ConsoleHome, ConsoleOptions, ConsoleRunner } from './console-options.js';
export { type Console, createConsole } from './create-console.js';
export type { Authorize, ConsolePrincipal } from './principal.js';
export type { Redact, Redactable } from './redact.js';
