import type { Spot } from './watch-value.js';

/** The context of a saga. */
export const CONTEXT: Spot = { subject: 'context', path: [] };
/** What starts a saga. */
export const INPUT: Spot = { subject: 'input', path: [] };

/** What a step answers with. */
export function outputOf(step: string): Spot {
  return { subject: `output of ${step}`, path: [] };
}

/** How a step failed. */
export function failureOf(step: string): Spot {
  return { subject: `failures of ${step}`, path: [] };
}

/** What a step is called with. */
export function inputOf(step: string): Spot {
  return { subject: `input of ${step}`, path: [] };
}

/** What a guard or an action is given under its name. */
export function paramsOf(name: string): Spot {
  return { subject: `params of ${name}`, path: [] };
}

/** What a public event says. */
export function eventOf(type: string): Spot {
  return { subject: `event ${type}`, path: [] };
}

/** What the machine tells itself. */
export const RAISED: Spot = { subject: 'what is raised', path: [] };
/** What a state that is done gives the one that it is a part of. */
export const STATE_OUTPUT: Spot = { subject: 'output of a state', path: [] };
