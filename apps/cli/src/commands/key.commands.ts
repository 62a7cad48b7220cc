import { CREDENTIAL_KINDS } from '@keyward/domain';
import type { Command } from 'commander';
import type { CommandContext, Run } from '../command-context.js';
import type { Json } from '../connection/api-answer.js';
import type { Need } from '../connection/sign-in.js';
import { idReader, oneOfReader } from '../input/arguments.js';
import { readSecret } from '../input/secret-input.js';
import { nameOf, pathOf, type Slot } from './key-slot.js';
import { addKeyListCommand } from './key-list.command.js';
import { addWriteOptions, unchangedNote, writeHeaders, type WriteOptions } from './write-options.js';

interface KeyOptions extends WriteOptions {
  readonly project?: string;
  readonly reason?: string;
  readonly kind?: string;
}

/** Organization and integration. */
type Ids = readonly [string, string];

type Verb = keyof typeof DONE;

interface KeyAnswer {
  readonly [field: string]: Json;
  readonly version: number;
  readonly mask: string;
  readonly enabled: boolean;
  readonly changed: boolean;
}

export function addKeyCommands(program: Command, run: Run): void {
  const key = program
    .command('key')
    .description(
      'set, remove, switch off and on, list (organization owners and admins; project admins and editors)',
    );
  addSet(key, run);
  const remove = key.command('remove').description("remove a key; a project goes back to the organization's");
  addChange(withProject(withSlot(remove)), 'remove', run);
  for (const verb of ['disable', 'enable'] as const) {
    addChange(withSlot(key.command(verb).description(TOGGLES[verb])), verb, run);
  }
  addKeyListCommand(key, run);
}

function addSet(key: Command, run: Run): void {
  const set = key
    .command('set')
    .description(
      'set or replace a key; the secret is typed at a hidden prompt, or comes from standard input, and is never an argument',
    );
  withProject(withSlot(set)).option(
    '--kind <kind>',
    'what kind of credential it is: api_key, service_account (default: api_key)',
    oneOfReader('--kind', CREDENTIAL_KINDS as readonly string[]),
  );
  run(set, async (context, [org, integration]: Ids, options: KeyOptions) =>
    setKey(context, { org, integration, project: options.project }, options),
  );
}

function addChange(command: Command, verb: Verb, run: Run): void {
  run(command, async (context, [org, integration]: Ids, options: KeyOptions) =>
    changeUse(context, { slot: { org, integration, project: options.project }, verb, options }),
  );
}

const TOGGLES = {
  disable: "switch the organization's key off, and keep it",
  enable: "switch the organization's key on again",
} as const;

const DONE = { remove: 'Removed', disable: 'Switched off', enable: 'Switched on' } as const;

function withSlot(command: Command): Command {
  command
    .argument('<org>', "the organization's id", idReader('<org>'))
    .argument('<integration>', 'the integration, such as openai', idReader('<integration>'))
    .option('--reason <text>', 'why; kept in the history');
  return addWriteOptions(command);
}

function withProject(command: Command): Command {
  return command.option(
    '--project <project>',
    "this project's own key, not the organization's",
    idReader('--project'),
  );
}

/** The least role that may change the slot. */
function needOf({ org, project }: Slot): Need {
  return project === undefined
    ? { organizations: { [org]: 'admin' } }
    : { projects: { [`${org}/${project}`]: 'editor' } };
}

async function setKey(context: CommandContext, slot: Slot, options: KeyOptions): Promise<void> {
  // First, so that nobody types a key only to be told that there is no token.
  const api = await context.api(needOf(slot));
  const secret = await readSecret(context.environment, `${capitalized(nameOf(slot))} (hidden):`);
  context.printer.hide(secret);
  const { reason, kind: credentialKind } = options;
  const answer = (await api.request({
    method: 'PUT',
    path: pathOf(slot),
    body: { secret, reason, credentialKind },
    ...writeHeaders(options),
  })) as KeyAnswer;
  context.printer.answer(answer, () => setSentence(slot, answer));
}

function setSentence(slot: Slot, { version, mask, enabled, changed }: KeyAnswer): string {
  const sentence = `Set ${nameOf(slot)}: ${mask}, version ${version}.${unchangedNote(changed)}`;
  if (enabled) return sentence;
  return `${sentence}\nIt is switched off: keyward key enable ${slot.org} ${slot.integration}`;
}

interface Change {
  readonly slot: Slot;
  readonly verb: Verb;
  readonly options: KeyOptions;
}

async function changeUse(context: CommandContext, { slot, verb, options }: Change): Promise<void> {
  const api = await context.api(needOf(slot));
  const { reason } = options;
  const answer = (await api.request({
    ...(verb === 'remove'
      ? { method: 'DELETE', path: pathOf(slot) }
      : { method: 'POST', path: [...pathOf(slot), verb] }),
    ...(reason === undefined ? {} : { body: { reason } }),
    ...writeHeaders(options),
  })) as KeyAnswer;
  const { version, changed } = answer;
  context.printer.answer(
    answer,
    () => `${DONE[verb]} ${nameOf(slot)} (version ${version}).${unchangedNote(changed)}`,
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
