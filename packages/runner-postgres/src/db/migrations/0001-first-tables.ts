import type { SchemaNames } from '../schema-name.js';

/**
 * The tables. Every one that belongs to sagas has the saga's id in front of its key, so that a database which
 * spreads tables over machines can keep a saga in one place, and sorts by bytes: no locale has a say in a key. There are no foreign keys: rows are only ever written
 * by the transaction that holds the saga's lock.
 */
export function firstTables({ ours, boss }: SchemaNames): readonly string[] {
  return [
    // The only clock of due times, leases and times to live. pg-boss's own function lies below it, so that its
    // TestClock moves both.
    `create function ${ours}.saga_now() returns timestamptz language sql stable
       as $$ select ${boss}.job_now() $$`,
    // Milliseconds since the epoch, as a float: every driver reads one as a number.
    // Stable, as what it is made of: else it isn't taken into the statements that use it.
    `create function ${ours}.ms(at timestamptz) returns float8 language sql stable parallel safe
       as $$ select floor(extract(epoch from at) * 1000)::float8 $$`,
    // Ends the transaction of a batch of which not everything found its row: it met somebody else's commit.
    `create function ${ours}.assert_all(matched bigint, expected int, otherwise text) returns int language plpgsql
       as $$ begin
         if matched <> expected then raise exception '%', otherwise using errcode = '40001'; end if;
         return matched;
       end $$`,
    `create function ${ours}.at(ms float8) returns timestamptz language sql immutable parallel safe
       as $$ select to_timestamp(ms / 1000) $$`,
    `create table ${ours}.saga (
       id text collate "C" primary key,
       saga text not null,
       version int not null,
       fingerprint text not null,
       start_nonce uuid not null,
       input_hash text not null,
       created_at timestamptz not null,
       attributes jsonb not null,
       status text not null,
       settled boolean not null,
       state jsonb not null,
       error text,
       revision int not null,
       updated_at timestamptz not null,
       envelope json not null
     ) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`,
    `create index saga_newest on ${ours}.saga (created_at desc, id desc)`,
    `create index saga_newest_of_status on ${ours}.saga (status, created_at desc, id desc)`,
    `create index saga_attributes on ${ours}.saga using gin (attributes jsonb_path_ops)
       where attributes <> '{}'`,
    `create table ${ours}.history (
       saga_id text collate "C" not null,
       seq int not null,
       at timestamptz not null,
       event text not null,
       outcome text not null,
       reason text,
       "from" jsonb not null,
       "to" jsonb not null,
       actor text not null,
       cause json,
       primary key (saga_id, seq)
     )`,
    `create table ${ours}.inbox (
       saga_id text collate "C" not null,
       message_id text collate "C" not null,
       status text not null,
       reason text,
       event jsonb,
       actor text not null,
       nonce uuid not null,
       received_at timestamptz not null,
       expires_at timestamptz,
       primary key (saga_id, message_id)
     ) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000)`,
    `create index inbox_pending on ${ours}.inbox (received_at) where status = 'pending'`,
    `create index inbox_early on ${ours}.inbox (expires_at) where status = 'early'`,
    `create table ${ours}.outbox (
       saga_id text collate "C" not null,
       key text collate "C" not null,
       kind text not null,
       status text not null,
       id text not null,
       visit int not null,
       step text,
       role text,
       queue text,
       attempt int not null default 0,
       "left" boolean not null default false,
       lease uuid,
       delivery uuid,
       due_at timestamptz,
       deadline_at timestamptz,
       input json,
       idempotency_key text,
       result jsonb,
       last_error text,
       stuck boolean not null default false,
       created_at timestamptz not null,
       settled_at timestamptz,
       primary key (saga_id, key)
     ) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`,
    // What the sweeper asks: settled rows, by far the most, are in neither.
    `create index outbox_due on ${ours}.outbox (kind, due_at) where status in ('pending', 'leased', 'awaiting')`,
    `create index outbox_delivered on ${ours}.outbox (queue) where status = 'pending' and delivery is not null`,
    `create table ${ours}.definition (
       name text not null,
       version int not null,
       fingerprint text not null,
       structure jsonb not null,
       created_at timestamptz not null,
       primary key (name, version)
     )`,
    `create table ${ours}.subscription (
       event_type text not null,
       name text not null,
       created_at timestamptz not null,
       primary key (event_type, name)
     )`,
  ];
}
