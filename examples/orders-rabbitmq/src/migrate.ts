// npm run migrate: creates the tables of every service whose database is given.
import { migrate } from './db/migrate-all.ts';
import { readSettings, SERVICES } from './settings.ts';

const settings = readSettings(process.env);
const databases = {
  orders: settings.ORDERS_DATABASE_URL,
  inventory: settings.INVENTORY_DATABASE_URL,
  payments: settings.PAYMENTS_DATABASE_URL,
  shipping: settings.SHIPPING_DATABASE_URL,
};
for (const service of SERVICES) {
  const url = databases[service];
  if (url !== undefined) await migrate(service, url);
  console.log(`${service}: ${url === undefined ? 'no database is given, left out' : 'tables are there'}`);
}
