/** The saga that all recipes run is the one that the guides explain. */
export { booking } from '../../guides/src/table-saga.ts';
