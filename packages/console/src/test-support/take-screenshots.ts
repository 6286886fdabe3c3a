// pnpm screenshots: the pictures of docs/console.md, of a real console in a real browser.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startPostgres } from '@countermand/dev-postgres';
import { openChromium } from './chromium.js';
import { openOrderDesk } from './order-desk.js';

const images = path.resolve(import.meta.dirname, '../../../../docs/images');
const dataDir = path.join(await mkdtemp(path.join(os.tmpdir(), 'console-shots-')), 'data');
const server = await startPostgres({ dataDir, settings: { fsync: 'off' } });
const desk = await openOrderDesk(server.url, { title: 'Countermand' });
const browser = await openChromium({ colorScheme: 'light', viewport: { width: 1280, height: 860 } });
try {
  await mkdir(images, { recursive: true });
  await fill();
  const page = await browser.context.newPage();
  const shoot = async (name: string, place: string, ready: string) => {
    await page.goto(desk.url + place);
    await page.locator(ready).first().waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.evaluate('document.fonts.ready.then(() => true)');
    await page.screenshot({ path: path.join(images, `console-${name}.png`), animations: 'disabled' });
    process.stdout.write(`docs/images/console-${name}.png\n`);
  };
  await shoot('list', '', '.saga-link');
  await shoot('saga', 'sagas/order-1044', '.sc-active');
  await shoot('machine', 'machines/order', '.sc-badge');
  await page.goto(`${desk.url}sagas/order-1042`);
  await page.locator('.sc-active').first().waitFor();
  await page.getByRole('button', { name: 'Retry …', exact: true }).click();
  await page.getByText('runs again').last().waitFor();
  await page.getByLabel('Reason').fill('The gateway is back, said its status page.');
  await page.screenshot({ path: path.join(images, 'console-retry.png'), animations: 'disabled' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await shoot('dark', 'sagas/order-1042', '.sc-active');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'light' });
  await shoot('phone', 'sagas/order-1044', '.sc-active');
} finally {
  await browser.close();
  await desk.close();
  await server.stop();
  // Where this runs as root it isn't where it was asked to be.
  for (const folder of [server.dataDir, path.dirname(dataDir)])
    await rm(folder, { recursive: true, force: true });
}

/** A day at the shop. */
async function fill(): Promise<void> {
  await desk.park('order-1042', 'carol');
  desk.broken.clear();
  const customers = ['alice', 'bob', 'alice', 'dave', 'erin', 'alice', 'frank', 'grace'];
  for (const [index, customer] of customers.entries()) {
    await desk.place(`order-${1043 + index}`, customer, 1_999 * (index + 1));
  }
  for (const id of ['order-1044', 'order-1045', 'order-1048']) await desk.pay(id, 'CONFIRMED');
  await desk.runner.send('order-1045', { type: 'WAREHOUSE_PACKED', parcelId: 'parcel-7' });
  await desk.runner.send('order-1046', { type: 'CANCEL' }, { actor: 'customer:dave' });
  await desk.runner.waitFor('order-1046', ({ status }) => status === 'rest');
}
