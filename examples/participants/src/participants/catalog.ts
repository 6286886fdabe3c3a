/** What is on sale: prices in minor units of EUR, units that a new journal starts with. */
export const CATALOG = [
  { sku: 'iphone-15', name: 'iPhone 15, 128 GB', price: 79_900, units: 1_000 },
  { sku: 'limited-edition', name: 'Limited edition print, numbered', price: 24_900, units: 10 },
  { sku: 'usb-c-cable', name: 'USB-C cable, 2 m', price: 1_290, units: 5_000 },
  { sku: 'headphones', name: 'Wireless headphones', price: 14_900, units: 500 },
  { sku: 'phone-case', name: 'Phone case, clear', price: 2_450, units: 2_000 },
  { sku: 'charger-30w', name: 'Charger, 30 W', price: 3_900, units: 1_500 },
] as const;
