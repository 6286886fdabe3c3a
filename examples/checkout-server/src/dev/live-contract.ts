import type { Json } from '@countermand/saga-core';
import type { Incident, IncidentKind } from './incidents.ts';

/** The five things that must hold whatever is broken, as the page shows them. */
export type InvariantGroup = 'money' | 'stock' | 'once' | 'liveness' | 'history';

/** What the judge found last. */
export interface Judgement {
  /** `undefined`: it can't be judged at the moment. */
  readonly ok?: boolean;
  /** What isn't known then, and why, in a sentence; missing before the first judgement. */
  readonly reason?: string;
  readonly orders: number;
  /** Of these, those that are quiet enough to be judged in full. */
  readonly quiet: number;
  readonly journal_lines: number;
  /** How many violations there are of each group. */
  readonly broken: Readonly<Record<InvariantGroup, number>>;
  /** The first few of them, for people. */
  readonly details: readonly string[];
}

/** `event: world`: what stands and what is broken, whoever's order it is. */
export interface LiveWorld {
  readonly worker: {
    /** `inside`: it is part of the server, and can't be killed alone. */
    readonly where: 'process' | 'inside';
    readonly is: 'working' | 'starting';
    readonly pid?: number;
    /** The step in whose middle it is going to be killed. */
    readonly will_be_struck_at?: string;
  };
  /** Missing where this server has not started the participants. */
  readonly services?: { readonly is: 'working' | 'stopped'; readonly pid: number };
  /** Every call to a participant takes longer, on purpose. */
  readonly slow: boolean;
  /** ISO 8601; until then no webhook is taken. */
  readonly webhooks_held_until?: string;
  readonly counts: {
    readonly completed: number;
    readonly undone: number;
    readonly under_way: number;
    readonly waiting_for_a_person: number;
  } & Readonly<Record<IncidentKind, number>>;
  readonly judgement: Judgement;
  /** Newest first. */
  readonly incidents: readonly Incident[];
}

/** What the page is told once. */
export interface StorefrontFacts {
  /** Tokens that are published anyway; missing where the shop has tokens of its own. */
  readonly customer_token?: string;
  readonly admin_token?: string;
  /** Times in milliseconds. */
  readonly reservation_ttl_ms: number;
  readonly payment_timeout_ms: number;
  readonly late_payment_delay_ms: number;
  readonly can_suspend: boolean;
  /** There is a console to lead to, at `/console`. */
  readonly has_console: boolean;
}

/** Minor units. */
interface LiveMoney {
  readonly amount: number;
  readonly currency: string;
}

/** `event: order`: everything of one order. */
export interface LiveOrder {
  readonly order: {
    readonly id: string;
    readonly status: string;
    readonly items: readonly { readonly name: string; readonly quantity: number }[];
    readonly total: LiveMoney;
    readonly discount?: LiveMoney | undefined;
    readonly payments: readonly { readonly amount: LiveMoney; readonly status: string }[];
    readonly failure?: { readonly code: string; readonly message: string } | undefined;
    readonly tracking?: string | undefined;
    readonly created_at: string;
    readonly saga: {
      readonly status: string;
      readonly settled: boolean;
      /** The machine's state value. */
      readonly state?: unknown;
      readonly timers: readonly { readonly id: string; readonly due_at: string }[];
    };
  };
  readonly steps: readonly LiveStep[];
  readonly history: readonly LiveEntry[];
  readonly ledger: readonly LiveLedgerLine[];
  /** What would be undone if it failed now, in order. */
  readonly undo: readonly {
    readonly obligation: string;
    readonly undo: string | null;
    readonly certainty: 'open' | 'maybe';
    readonly amount?: LiveMoney;
  }[];
  /** Each line of the history with the machine's state value before and after it. */
  readonly way: readonly {
    readonly event: string;
    readonly outcome: LiveEntry['outcome'];
    readonly from: Json;
    readonly to: Json;
  }[];
  /** A webhook about it has come since the server was started, which can be delivered again. */
  readonly has_webhook: boolean;
}

/** A step, undo or probe of the order. */
interface LiveStep {
  /** What a retry takes. */
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly attempts: number;
  readonly error?: string;
}

/** A line of the order's history. */
export interface LiveEntry {
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  readonly event: string;
  readonly outcome: 'applied' | 'ignored' | 'deferred';
  readonly reason?: string | undefined;
  readonly from: string | null;
  readonly to: string;
  readonly actor: string;
}

/** One thing that the order has opened in the world, and what became of it. */
export interface LiveLedgerLine {
  readonly id: string;
  readonly kind: string;
  readonly amount?: LiveMoney;
  readonly undo?: string;
  readonly certainty: 'maybe' | 'open' | 'closed';
  /** How it was closed. */
  readonly closed_by?: 'step' | 'undo' | 'declined' | 'event' | 'absent' | 'skipped';
  /** ISO 8601, of its last change. */
  readonly at: string;
}
