import type { JsonObject } from '@countermand/saga-core';

/** A row of the inbox. */
export interface InboxRow {
  readonly sagaId: string;
  readonly messageId: string;
  /** `pending`: accepted, not looked at yet; `early`: its saga doesn't exist yet. */
  readonly status: 'pending' | 'early' | 'applied' | 'ignored' | 'deferred' | 'stuck';
  readonly reason: string | null;
  readonly event: (JsonObject & { readonly type: string }) | null;
  readonly actor: string;
  readonly nonce: string;
  readonly traceparent?: string | null;
  readonly receivedAt: number;
  readonly expiresAt: number | null;
}

/** A message that the inbox takes, or one of its rows with what became of it. */
export interface InboxWrite {
  readonly sagaId: string;
  readonly messageId: string;
  readonly status: InboxRow['status'];
  readonly reason: string | null;
  /** Kept only while the message waits. */
  readonly event: InboxRow['event'];
  readonly actor: string;
  readonly nonce: string;
  readonly traceparent?: string | null;
  readonly expiresAt: number | null;
}
