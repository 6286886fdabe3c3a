import { randomBytes } from 'node:crypto';

/** Secrets and personal data of one run. None of them may ever be found where it doesn't belong. */
export interface Canaries {
  readonly customer: string;
  readonly customerToken: string;
  readonly adminToken: string;
  readonly webhookSecret: string;
  readonly databasePassword: string;
  /** Goes into the shipping address of every order. */
  readonly street: string;
}

/** New ones. */
export function plantCanaries(): Canaries {
  const fresh = (name: string) => `canary-${name}-${randomBytes(6).toString('hex')}`;
  return {
    customer: 'chaos',
    customerToken: fresh('token'),
    adminToken: fresh('admin'),
    webhookSecret: `whsec_${Buffer.from(fresh('hook')).toString('base64')}`,
    databasePassword: fresh('password'),
    street: fresh('street'),
  };
}
