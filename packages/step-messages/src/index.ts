export { cloudEvents } from './cloud-events.js';
export { type KeepTryingOptions, keepTrying } from './keep-trying.js';
export type { Envelope, Message, WireMessage } from './message.js';
export { type MessageLogger, silentLogger } from './message-logger.js';
export { noteReceipt } from './note-receipt.js';
export { commandMessage, type DomainEvent, eventMessage } from './outgoing.js';
export { plainEnvelope } from './plain-envelope.js';
export { type Receipt, type ReceivingRunner, receiveMessage } from './receive-message.js';
export {
  type AnswersOptions,
  type AnswerTo,
  answers,
  type Meaning,
  type OutputOf,
  type Route,
  type RoutedEvent,
  type RouteOptions,
  type Routes,
  sends,
  starts,
} from './route.js';
