// Ends with 0 when the process in this container is ready, else with 1 and the report that says what is missing.
//   node healthcheck.mjs <port of health>
const url = `http://127.0.0.1:${process.argv[2]}/health/ready`;
try {
  const answer = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  console.log(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.log(`${url} does not answer (${error.cause?.code ?? error.name})`);
  process.exitCode = 1;
}
