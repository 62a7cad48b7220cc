/** Where the thread's code lies. A module of its own, so that tests can point it at the built file. */
export const workerEntry = new URL('./history.worker.js', import.meta.url);
