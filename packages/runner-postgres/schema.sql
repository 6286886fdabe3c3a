CREATE OR REPLACE FUNCTION countermand.assert_all(matched bigint, expected integer, otherwise text)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$ begin
         if matched <> expected then raise exception '%', otherwise using errcode = '40001'; end if;
         return matched;
       end $function$
;

CREATE OR REPLACE FUNCTION countermand.at(ms double precision)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select to_timestamp(ms / 1000) $function$
;

CREATE OR REPLACE FUNCTION countermand.ms(at timestamp with time zone)
 RETURNS double precision
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select floor(extract(epoch from at) * 1000)::float8 $function$
;

CREATE OR REPLACE FUNCTION countermand.saga_now()
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$ select countermand_boss.job_now() $function$
;

CREATE OR REPLACE FUNCTION countermand.unpacked_envelope(id text, saga text, version integer, fingerprint text, envelope text)
 RETURNS json
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select replace(replace(replace(replace(envelope,
         chr(1), id),
         chr(2), ',"timers":[],"deferred":[],"kept":[],"parked":[],"compensated":false,"pivoted":false,"seq":'),
         chr(3), '"left":false,"awaiting":false,"parked":false,"answered":false'),
         chr(4), '{"sagaId":' || to_json(id) || ',"saga":' || to_json(saga) || ',"version":' || version
           || ',"fingerprint":' || to_json(fingerprint))::json $function$
;

create table countermand.definition (
  name text not null,
  version integer not null,
  fingerprint text not null,
  structure jsonb not null,
  created_at timestamp with time zone not null
);

create table countermand.history (
  saga_id text collate "C" not null,
  seq integer not null,
  at timestamp with time zone not null,
  event text not null,
  outcome text not null,
  reason text,
  "from" jsonb not null,
  "to" jsonb not null,
  actor text not null,
  cause json
);

create table countermand.inbox (
  saga_id text collate "C" not null,
  message_id text collate "C" not null,
  status text not null,
  reason text,
  event jsonb,
  actor text not null,
  nonce uuid not null,
  received_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  traceparent text
) with (fillfactor=90, autovacuum_vacuum_scale_factor=0.05, autovacuum_vacuum_threshold=1000);

create table countermand.migration (
  name character varying(255) not null,
  "timestamp" character varying(255) not null
);

create table countermand.migration_lock (
  id character varying(255) not null,
  is_locked integer not null default 0
);

create table countermand.outbox (
  saga_id text collate "C" not null,
  key text collate "C" not null,
  kind text not null,
  status text not null,
  id text not null,
  visit integer not null,
  step text,
  role text,
  queue text,
  attempt integer not null default 0,
  "left" boolean not null default false,
  lease uuid,
  delivery uuid,
  due_at timestamp with time zone,
  deadline_at timestamp with time zone,
  input json,
  idempotency_key text,
  result jsonb,
  last_error text,
  stuck boolean not null default false,
  created_at timestamp with time zone not null,
  settled_at timestamp with time zone,
  traceparent text
) with (autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000);

create table countermand.saga (
  id text collate "C" not null,
  saga text not null,
  version integer not null,
  fingerprint text not null,
  start_nonce uuid not null,
  input_hash text not null,
  created_at timestamp with time zone not null,
  attributes jsonb not null,
  envelope text not null,
  status text not null,
  settled boolean not null,
  state jsonb not null,
  error text,
  revision integer not null,
  updated_at timestamp with time zone not null
) with (fillfactor=50, autovacuum_vacuum_scale_factor=0.02, autovacuum_vacuum_threshold=1000);

create table countermand.subscription (
  event_type text not null,
  name text not null,
  created_at timestamp with time zone not null
);

CREATE UNIQUE INDEX definition_pkey ON countermand.definition USING btree (name, version);
CREATE UNIQUE INDEX history_pkey ON countermand.history USING btree (saga_id, seq);
CREATE INDEX inbox_early ON countermand.inbox USING btree (expires_at) WHERE (status = 'early'::text);
CREATE INDEX inbox_pending ON countermand.inbox USING btree (received_at) WHERE (status = 'pending'::text);
CREATE UNIQUE INDEX inbox_pkey ON countermand.inbox USING btree (saga_id, message_id);
CREATE UNIQUE INDEX migration_pkey ON countermand.migration USING btree (name);
CREATE UNIQUE INDEX migration_lock_pkey ON countermand.migration_lock USING btree (id);
CREATE INDEX outbox_delivered ON countermand.outbox USING btree (queue) WHERE ((status = 'pending'::text) AND (delivery IS NOT NULL));
CREATE INDEX outbox_due ON countermand.outbox USING btree (kind, due_at) WHERE (status = ANY (ARRAY['pending'::text, 'leased'::text, 'awaiting'::text]));
CREATE UNIQUE INDEX outbox_pkey ON countermand.outbox USING btree (saga_id, key);
CREATE INDEX saga_attributes ON countermand.saga USING gin (attributes jsonb_path_ops) WHERE (attributes <> '{}'::jsonb);
CREATE INDEX saga_newest ON countermand.saga USING btree (created_at DESC, id DESC);
CREATE INDEX saga_newest_of_status ON countermand.saga USING btree (status, created_at DESC, id DESC) WHERE (status <> 'rest'::text);
CREATE UNIQUE INDEX saga_pkey ON countermand.saga USING btree (id);
CREATE UNIQUE INDEX subscription_pkey ON countermand.subscription USING btree (event_type, name);
