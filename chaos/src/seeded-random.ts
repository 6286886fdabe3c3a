// The simulation's: one seed means the same chance everywhere in this repository.
export { SeededRandom } from '../../packages/runner-postgres/src/simulation/seeded-random.js';
