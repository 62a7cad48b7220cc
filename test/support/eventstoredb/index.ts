export { adoptLog } from './adopt-log.js';
export { Faults, type AppendFault } from './faults.js';
export { startStandInProcess, type StandInProcess } from './stand-in-process.js';
export { StandInLog } from './stand-in-log.js';
export { EventStoreDbStandIn, type StandInOptions } from './stand-in-server.js';
