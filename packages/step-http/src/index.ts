export { HttpCallError, type HttpCallProblem } from './http-call-error.js';
export type {
  BreakerOptions,
  HeadersOption,
  HttpAnswer,
  HttpClientOptions,
  HttpRequest,
} from './http-client.js';
export {
  type HttpProbeOptions,
  type HttpService,
  type HttpServiceOptions,
  type HttpStepOf,
  type HttpStepOptions,
  type HttpStepsOf,
  httpService,
  type StepAnswer,
} from './http-service.js';
export { path } from './path.js';
export {
  type ReceivedWebhook,
  type WebhookMeaning,
  type WebhookReceiverOptions,
  type WebhookReport,
  webhookReceiver,
} from './webhook-receiver.js';
export {
  WEBHOOK_SCHEDULE_MS,
  type WebhookEvent,
  WebhookNotTaken,
  type WebhookSenderOptions,
  webhookSender,
} from './webhook-sender.js';
export {
  signWebhook,
  verifyWebhook,
  WEBHOOK_TOLERANCE_MS,
  type WebhookHeaders,
  type WebhookRefusal,
} from './webhook-signature.js';
