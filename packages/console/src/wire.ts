import type { Neighbour, StateSurvey, UndeliveredEvent } from '@countermand/runner-postgres';
import type {
  Foresight,
  JsonObject,
  MachineGraph,
  SagaView,
  ToldHistory,
  WhatNext,
} from '@countermand/saga-core';
import type { ConsoleHome } from './console-options.js';
import type { ConsolePrincipal } from './principal.js';

/** `GET api/me`. */
export interface MeAnswer extends ConsolePrincipal {
  readonly title: string;
  readonly home?: ConsoleHome;
}

/** `GET api/machines`. */
export interface MachinesAnswer {
  readonly items: readonly {
    readonly name: string;
    readonly versions: readonly number[];
    readonly survey: StateSurvey;
  }[];
}

/** `GET api/machines/NAME?version=`. */
export interface MachineAnswer {
  readonly versions: readonly number[];
  readonly graph: MachineGraph;
  readonly survey: StateSurvey;
}

/** A saga in a list. */
export type SagaRow = Pick<
  SagaView,
  | 'id'
  | 'saga'
  | 'version'
  | 'status'
  | 'settled'
  | 'state'
  | 'attributes'
  | 'parked'
  | 'waitingFor'
  | 'timers'
  | 'createdAt'
  | 'updatedAt'
>;

/** `GET api/sagas`. */
export interface SagasAnswer {
  readonly items: readonly SagaRow[];
  readonly cursor: string | null;
  readonly lookedBackTo?: number;
}

/** An event that people may send. */
export interface HandEvent {
  readonly type: string;
  /** JSON schema of its payload, without the reason. */
  readonly schema: JsonObject;
  /** Its payload has room for the reason. */
  readonly takesReason: boolean;
}

/** `GET api/sagas/ID`. */
export interface SagaAnswer {
  /** Milliseconds since the epoch on the server, to count timers down by. */
  readonly now: number;
  readonly view: SagaView;
  /** Missing where the saga's version isn't known to the server. */
  readonly graph?: MachineGraph;
  readonly next?: WhatNext;
  readonly byHand: readonly HandEvent[];
  readonly story: ToldHistory;
  readonly neighbours: readonly Neighbour[];
  /** Published, and not taken by a subscription yet; most are for a moment only. */
  readonly undelivered: readonly UndeliveredEvent[];
}

/** What a person does, or asks about, in `POST api/sagas/ID/acts` and `.../foresee`. */
export type WireAct =
  | { readonly type: 'retry'; readonly key?: string }
  | { readonly type: 'skip'; readonly key: string }
  | { readonly type: 'park' }
  | { readonly type: 'send'; readonly event: string; readonly payload?: JsonObject }
  | { readonly type: 'override'; readonly to: string; readonly force?: boolean };

/** `POST api/sagas/ID/acts`. */
export interface ActAnswer {
  readonly outcome: string;
  readonly reason?: string;
}

/** `POST api/sagas/ID/foresee`. */
export type ForeseeAnswer = Foresight;

/** What goes wrong, for people. */
export interface ErrorAnswer {
  readonly code: string;
  readonly message: string;
}
