import { createServer } from 'node:http';

export { trip } from './trip-saga.js';

// A backend's module: it serves as soon as it is loaded, and nothing stops it.
createServer().listen(0, '127.0.0.1');
