import { setting } from './settings/setting.js';
import { defineSettings, type SettingsOf } from './settings/settings.js';

/** The settings of every process, whatever it does. */
export const runtimeSettings = defineSettings({
  KEYWARD_DATA_DIR: setting.path({
    default: './data',
    doc: "Folder of what is kept on this machine: the embedded event log, the private files that are made at the first start, the api's index of the history, which is made anew where the folder is a temporary one, and the lookup's journal of what it handed out.",
  }),
  KEYWARD_LOG_LEVEL: setting.oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    doc: 'Least important lines that are logged; debug and trace also show stacks.',
  }),
  KEYWARD_LOG_FORMAT: setting.oneOf(['auto', 'json', 'text'], {
    default: 'auto',
    doc: 'json for programs, text for people; auto is text on a terminal and json elsewhere.',
  }),
  KEYWARD_SHUTDOWN_TIMEOUT: setting.duration({
    default: '10s',
    min: '1s',
    max: '10m',
    doc: 'How long an orderly stop may take before the process ends itself.',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting.url({
    schemes: ['http', 'https'],
    optional: true,
    doc: 'Where traces are sent: the OTLP/HTTP address of an OpenTelemetry collector, such as http://localhost:4318, without the /v1/traces that is added. Without it there are no traces.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting.string({
    optional: true,
    secret: true,
    pattern: /^[\w-]+=([!-$&-+\--~]|%[2-7][\dA-F])+(,[\w-]+=([!-$&-+\--~]|%[2-7][\dA-F])+)*$/i,
    rule: 'name=value pairs with commas between, each value percent-encoded',
    doc: 'Headers to send to the collector, such as `authorization=Bearer%20abc`.',
  }),
  OTEL_TRACES_SAMPLER_ARG: setting.fraction({
    default: 1,
    doc: 'Share of the requests that are traced, where the caller has not decided it by its own `traceparent`.',
  }),
});

export type RuntimeSettings = SettingsOf<typeof runtimeSettings>;
