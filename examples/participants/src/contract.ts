/**
 * What a caller of the participants may rely on: bodies of commands, answers, webhooks, books.
 * Importing it starts nothing.
 */

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
} from './contract/answers.ts';
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
} from './contract/audit-answers.ts';
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
} from './contract/command-bodies.ts';
export { DEMO_WEBHOOK_SECRET } from './contract/demo-webhook-secret.ts';
export { type Money, moneySchema } from './contract/money.ts';
export { PAYMENT_TOKENS, type PaymentToken } from './contract/payment-tokens.ts';
export { type Webhook, webhookSchema } from './contract/webhook.ts';
