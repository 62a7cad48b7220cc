import type { ChangeKind, SlotAddress } from '@keyward/domain';
import type { Random } from '../../support/random.js';
import type { Command, Outcome } from '../checker/check-commands.js';
import { KEY_MARK } from '../checker/key-bytes.js';
import type { HttpRequest } from './http-client.js';
import { INTEGRATIONS, ORGANIZATIONS, PROJECTS, keyPath, type Tokens } from './world.js';

/** A command with all that is needed to send it, again and again. */
export interface PlannedCommand extends Command {
  readonly outcomes: Outcome[];
  readonly request: HttpRequest;
  readonly secret: string | null;
}

/** What earlier commands left to choose from. */
export interface Memory {
  /** An acknowledged command of the slot. */
  acknowledgedIn(slot: SlotAddress): PlannedCommand | undefined;
  readonly tokens: Tokens;
}

const SECRET_PREFIX = { serpapi: 'serp-', openai: 'sk-', anthropic: 'sk-ant-' } as const;

/** The next thing that a client wants: mostly reasonable, now and then wrong. */
export function planCommand(id: string, random: Random, memory: Memory): PlannedCommand {
  const command = planGood(id, random, memory.tokens.owner);
  const before = memory.acknowledgedIn(command.slot);
  if (random.chance(0.2)) return spoil(command, { random, before, viewer: memory.tokens.viewer });
  if (!before) return command;
  if (random.chance(0.2)) return onCondition(command, before);
  return random.chance(0.1) ? withSecretOf(command, before) : command;
}

function planGood(id: string, random: Random, token: string): PlannedCommand {
  const organizationId = random.pick(ORGANIZATIONS);
  const integrationId = random.pick(INTEGRATIONS);
  const projectId = random.chance(0.6) ? random.pick(PROJECTS) : null;
  const kind = pickKind(random, projectId);
  const secret = kind === 'set' ? newSecret(id, integrationId, random) : null;
  const slot = { organizationId, projectId, integrationId };
  const command = { id, slot, kind, secret, isWrong: false, outcomes: [] };
  return { ...command, request: requestOf(command, token) };
}

function pickKind(random: Random, projectId: string | null): ChangeKind {
  const change = random.next();
  if (change < 0.55) return 'set';
  if (projectId !== null || change < 0.7) return 'removed';
  return change < 0.85 ? 'disabled' : 'enabled';
}

function newSecret(id: string, integrationId: (typeof INTEGRATIONS)[number], random: Random): string {
  return `${SECRET_PREFIX[integrationId]}${id}-${random.between(1e9, 1e10)}-${KEY_MARK}`;
}

function requestOf({ id, slot, kind, secret }: Omit<PlannedCommand, 'request'>, token: string): HttpRequest {
  const path = keyPath(slot);
  const common = { token, headers: { 'idempotency-key': id } };
  switch (kind) {
    case 'set':
      return { ...common, method: 'PUT', path, body: { secret, reason: id } };
    case 'removed':
      return { ...common, method: 'DELETE', path, body: { reason: id } };
    case 'disabled':
      return { ...common, method: 'POST', path: `${path}/disable`, body: { reason: id } };
    case 'enabled':
      return { ...common, method: 'POST', path: `${path}/enable`, body: { reason: id } };
  }
}

/** The condition may hold or not: others write meanwhile. */
function onCondition(command: PlannedCommand, { outcomes }: PlannedCommand): PlannedCommand {
  const version = outcomes.flatMap((outcome) => (outcome.kind === 'ok' ? [outcome.answer.version] : []))[0];
  return { ...command, request: withHeaders(command.request, { 'if-match': `"${version}"` }) };
}

/** Sets the value that was set last, which makes no event if it is there still. */
function withSecretOf(command: PlannedCommand, { secret }: PlannedCommand): PlannedCommand {
  if (!secret || !command.secret) return command;
  return { ...command, secret, request: withBody(command.request, { secret }) };
}

interface Spoiling {
  readonly random: Random;
  readonly before: PlannedCommand | undefined;
  readonly viewer: string;
}

/** What makes a command wrong in every state of its slot; undefined: not this command. */
const SPOILERS: readonly ((command: PlannedCommand, spoiling: Spoiling) => HttpRequest | undefined)[] = [
  ({ request }) => withHeaders(request, { 'if-match': '"999999"' }),
  ({ request }) => withBody(request, { resaon: 'misspelt' }),
  ({ request }, { viewer }) => ({ ...request, token: viewer }),
  ({ request }, { before }) => before && withHeaders(request, { 'idempotency-key': before.id }),
  ({ request, secret }) => (secret === null ? undefined : withBody(request, { secret: `${secret}\n` })),
  ({ request, secret }) => (secret === null ? undefined : withBody(request, { secret: '••••••••6789' })),
  ({ request, secret }) => (secret === null ? undefined : withBody(request, { credentialKind: 'oauth2' })),
];

function spoil(command: PlannedCommand, spoiling: Spoiling): PlannedCommand {
  const request = spoiling.random.pick(SPOILERS)(command, spoiling);
  return request ? { ...command, isWrong: true, request } : command;
}

function withBody(request: HttpRequest, body: object): HttpRequest {
  return { ...request, body: { ...request.body, ...body } };
}

function withHeaders(request: HttpRequest, headers: Readonly<Record<string, string>>): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } };
}
