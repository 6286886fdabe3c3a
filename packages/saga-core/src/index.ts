export type {
  Adapter,
  AdapterOf,
  ErasedAdapter,
  ProbeCall,
  ProbeFunction,
  StepCall,
  StepFunction,
} from './adapter.js';
export { normalizeAdapter } from './adapter.js';
export {
  type CannotSay,
  cannotSay,
  type Declined,
  declined,
  isDeclined,
  isLater,
  type Landed,
  type Later,
  landed,
  later,
  type NotLanded,
  notLanded,
  type ProbeAnswer,
  readProbeAnswer,
} from './answer.js';
export { admitEvent } from './apply-event.js';
export { timerKey } from './carry-actions.js';
export type {
  AdminCause,
  AnswerCause,
  Cause,
  EventCause,
  StepOutcome,
  TimerCause,
  UpgradeCause,
} from './cause.js';
export type { CheckOptions, CheckSamples, SamplesFor, Suppression } from './check/check-options.js';
export type {
  CheckReport,
  Finding,
  GuessedGuards,
  ReportInShort,
  SuppressedFinding,
  TraceLine,
  Verdict,
} from './check/check-report.js';
export { checkCases, checkSaga } from './check/check-saga.js';
export type { LiveSaga } from './check/draw-live-saga.js';
export { drawSaga } from './check/draw-saga.js';
export { describeEvents, type EventInState } from './check/event-table.js';
export { findingToMermaid } from './check/finding-to-mermaid.js';
export { type RenderOptions, renderReport, renderReports } from './check/render-report.js';
export { withCheckOptions } from './check/with-check-options.js';
export { type CompensationReport, compensate } from './compensate.js';
export { type Beginning, begin, decide } from './decide.js';
export type { Decision, HistoryEntry, Outcome } from './decision.js';
export { defineSaga, type SagaOptions } from './define-saga.js';
export type { Trigger } from './describe-trigger.js';
export { type DescribedTransition, describeTransitions, toMermaid } from './diagram.js';
export type * from './effect.js';
export type * from './envelope.js';
export { type Foresight, foresee } from './foresee.js';
export { assertJson, type Json, type JsonObject } from './json.js';
export type { Keeps, KeptInstances } from './kept-obligations.js';
export {
  type GraphState,
  type GraphTransition,
  type MachineGraph,
  machineGraph,
} from './machine-graph.js';
export { overrideCause } from './override-cause.js';
export { plainOutcome } from './plain-outcome.js';
export {
  type ErasedEventOpens,
  type EventCloses,
  type EventOpens,
  type PublicEvent,
  type PublicEventOptions,
  publicEvent,
} from './public-event.js';
export { DEFAULT_RETRY, type RetryPolicy, retryDelayMs } from './retry-policy.js';
export type * from './runner-contract.js';
export type {
  AdaptersFor,
  AnySaga,
  EmittedOf,
  EventNamed,
  MissingUndo,
  PublicEventOf,
  SagaDefinition,
  SagaInput,
  SagaName,
  SagaTypes,
  StepName,
  StepNamed,
  StepOf,
  StepsOf,
} from './saga-definition.js';
export { ERROR_CODES, messageOf, SagaError, type SagaErrorCode } from './saga-error.js';
export { assertSagaId, idempotencyKey, isSagaId, parseIdempotencyKey, rowKey } from './saga-id.js';
export type { MigratedSaga, SagaMigration, SagaMigrations } from './saga-migration.js';
export {
  type AnyStep,
  asAction,
  type ClosesOptions,
  deadlineMsOf,
  type ErasedOpens,
  type Forward,
  type InputOf,
  isStep,
  type Money,
  type OpensOptions,
  type Step,
  type StepContract,
  type StepFailure,
  type StepOptions,
  step,
  stepFailure,
  type UndoOptions,
} from './step.js';
export { diffStructures } from './structure.js';
export {
  type LedgerChange,
  type LedgerLine,
  type StepSpan,
  type ToldEntry,
  type ToldHistory,
  tellHistory,
} from './tell-history.js';
export { readTraceparent, type Traceable } from './traceparent.js';
export {
  examineUpgrade,
  type UpgradeExamination,
  type UpgradeVerdict,
  upgradeResultOf,
  upgradeSaga,
  type VersionBefore,
} from './upgrade-saga.js';
export {
  attributesOf,
  compensationPreview,
  isSettled,
  type StoredBeside,
  sagaStatus,
  viewSaga,
  whatNext,
} from './view.js';
