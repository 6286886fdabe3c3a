/**
 * What a caller of the participants may rely on: bodies of commands, answers, webhooks, books.
 * Importing it starts nothing.
 */
export { type Money, moneySchema } from './contract/money.js';
export { DEMO_WEBHOOK_SECRET } from './contract/demo-webhook-secret.js';
export type {
  ApplyCoupon,
  AuthorizePayment,
  CancelCoupon,
  CapturePayment,
  CommitStock,
  CreateFulfilmentOrder,
  CreateInvoice,
  CreateLabel,
  CreatePickList,
  CreateShipment,
  Notify,
  RefundPayment,
  ReleaseStock,
  ReserveStock,
  ValidateCoupon,
  VoidPayment,
} from './contract/command-bodies.js';
export type {
  CaptureAnswer,
  Catalog,
  CouponAnswer,
  EffectAnswer,
  InvoiceAnswer,
  LabelAnswer,
  PaymentView,
  RefundAnswer,
  Refusal,
  ReleaseAnswer,
  VoidAnswer,
} from './contract/answers.js';
export { type Webhook, webhookSchema } from './contract/webhook.js';
export type {
  AuditedOrder,
  AuditedPayment,
  BooksAnswer,
  EffectCount,
  Fault,
  JournalFlaw,
  Ledger,
  LedgerOrder,
  NotificationKind,
  Notifications,
  PaymentStatus,
  Stock,
  StockLevels,
  Violation,
} from './contract/audit-answers.js';
