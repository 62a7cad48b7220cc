/** Where the writer thread's code lies. A module of its own, so that tests can point it at the built file. */
export const writerEntry = new URL('./writer.worker.js', import.meta.url);
