export type { Changes, SagaChange } from './changes.js';
export { createRunner } from './create-runner.js';
export type { CallerTransaction } from './db/caller-transaction.js';
export type { EventCall, EventHandler, PublishedEvent } from './deliver-event.js';
export type { DiffGroup, DiffOptions, VersionDiff } from './diff-versions.js';
export type {
  Act,
  Inspection,
  Neighbour,
  SearchOptions,
  SearchPage,
  UndeliveredEvent,
} from './inspection.js';
export type { ListOptions, SagaPage } from './list-sagas.js';
export { openReplica, type ReplicaOptions, type SagaReplica } from './open-replica.js';
export type { Clock, ClockTimer } from './ports/clock.js';
export type { Logger } from './ports/logger.js';
export type { Telemetry } from './ports/telemetry.js';
export type {
  AnyEvent,
  InTransaction,
  PostgresRunner,
  PublishedType,
  SendableEvent,
  StopOptions,
} from './postgres-runner.js';
export type { AdaptersOption, RunnerOptions, RunnerSettings } from './runner-options.js';
export type { StateCount, StateSurvey, SurveyOptions } from './survey-states.js';
export type { UpgradeAllOptions, UpgradeReport } from './upgrade-all.js';
export type { WaitOptions } from './wait-for.js';
