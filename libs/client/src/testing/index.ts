export { ScriptedServer, foundAnswer, refuse } from './scripted-server.js';
export { until } from './until.js';
