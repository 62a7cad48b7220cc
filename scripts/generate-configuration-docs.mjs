// Writes docs/configuration.md from the settings' own definitions (of the built apps).
// `--check` writes nothing and fails when the file on disk differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { SETTING_GROUPS } from '../dist/apps/standalone/src/standalone.settings.js';
import { connectionSettings, describeSettings } from '../dist/libs/runtime/src/index.js';
import { fakeVendorSettings, workerSettings } from '../dist/apps/worker/src/worker.settings.js';

const target = new URL('../docs/configuration.md', import.meta.url);
const groups = {
  ...SETTING_GROUPS,
  'Command line, worker and demo': connectionSettings,
  'Reference worker': { ...workerSettings, ...fakeVendorSettings },
};

const cell = (text) => text.replaceAll('|', '\\|');
const row = ({ name, rule, default: given, secret, doc }) =>
  `| \`${name}\` | ${given === undefined ? (secret ? 'none (secret)' : 'none') : `\`${given}\``} | ${cell(rule)} | ${cell(doc)} |`;
const table = ([title, definitions]) =>
  [
    `## ${title}`,
    '',
    '| setting | default | must be | what it is |',
    '|---|---|---|---|',
    ...describeSettings(definitions).map(row),
  ].join('\n');

const text = `# Configuration

Settings are environment variables. Each has a default or can be left out; all are checked when a process starts, which
lists everything that is wrong and stops. Names are Keyward's own, or those that OpenTelemetry has fixed. A \`KEYWARD_\` variable that no part knows is refused too, as it is nearly always a
typing error. This page is written by \`npm run generate\` from the definitions in the code.

${Object.entries(groups).map(table).join('\n\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('docs/configuration.md does not match the settings: run `npm run generate`.');
    process.exitCode = 1;
  }
} else writeFileSync(target, text);
