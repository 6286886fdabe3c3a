/**
 * The secret that participants sign their webhooks with, and the order service checks them with,
 * unless `WEBHOOK_SECRET` says otherwise. Published here, so worth nothing outside a demo.
 */
export const DEMO_WEBHOOK_SECRET = 'whsec_Y291bnRlcm1hbmQtZGVtby1zZWNyZXQtbm90LWZvci11c2U=';
