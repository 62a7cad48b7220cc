import type { Mutant } from '../mutant.js';

const FOLDER = 'libs/read-model/src/redis';
const LOSS = `${FOLDER}/redis-loss.int-spec.ts`;
const DAMAGE = `${FOLDER}/redis-damage.int-spec.ts`;
const AVAILABILITY = `${FOLDER}/redis-availability.int-spec.ts`;
const CONTRACT = `${FOLDER}/redis-read-model.int-spec.ts`;

/** Of the adapter for Redis. */
export const READ_MODEL: readonly Mutant[] = [
  {
    without: 'the fence against an older copy, reading',
    file: `${FOLDER}/meta.ts`,
    text: 'const ready = live !== undefined && !wentBack;',
    instead: 'const ready = live !== undefined;',
    spec: LOSS,
    test: 'is not ready until it is as far as what was seen',
  },
  {
    without: 'the fence against an older copy, writing',
    file: `${FOLDER}/scripts.ts`,
    text: "if before(at, known) then return redis.error_reply('KWBACK') end",
    instead: '',
    spec: LOSS,
    test: 'is not ready until it is as far as what was seen',
  },
  {
    without: 'the marks, reading',
    file: `${FOLDER}/read-rounds.ts`,
    text: 'if (replies.slice(commands.length).some((exists) => exists !== 1)) return undefined;',
    instead: '',
    spec: LOSS,
    test: 'a node of a Cluster that is emptied',
  },
  {
    without: 'the marks, writing',
    file: `${FOLDER}/scripts.ts`,
    text: "if redis.call('EXISTS', mark) == 0 then return redis.error_reply('KWLOST') end",
    instead: '',
    spec: DAMAGE,
    test: 'is written no more',
  },
  {
    without: 'the marks, going on from the checkpoint',
    file: `${FOLDER}/redis-writer.ts`,
    text: 'if (!(await this.isWhole(generation.id))) return null;',
    instead: 'void this.isWhole;',
    spec: LOSS,
    test: 'a node of a Cluster that is emptied',
  },
  {
    without: 'the count that shows that slots were evicted: they are taken for absent',
    file: `${FOLDER}/record-reads.ts`,
    text: 'if ((count.text === null) !== (known.text === null))',
    instead: 'if (count === undefined && known)',
    spec: DAMAGE,
    test: 'and dropped',
  },
  {
    without: 'the organization in what a round asks for: one is given what another has',
    file: `${FOLDER}/record-reads.ts`,
    text: 'let reads = this.organizations.get(organizationId);',
    instead: 'let reads = [...this.organizations.values()][0];',
    spec: CONTRACT,
    test: 'loads undefined for what there is not',
  },
  {
    without: 'the integration in what a round asks for: one is given what another has',
    file: `${FOLDER}/record-reads.ts`,
    text: 'let reads = integrations.get(integrationId);',
    instead: 'let reads = [...integrations.values()][0];',
    spec: CONTRACT,
    test: 'answers lookups in their order',
  },
  {
    without: 'the refusal to write over what was evicted',
    file: `${FOLDER}/scripts.ts`,
    text: "if known ~= there then return redis.error_reply('KWLOST') end",
    instead: '',
    spec: DAMAGE,
    test: 'is noticed by a write too',
  },
  {
    without: 'the refusal of a Redis that evicts',
    file: `${FOLDER}/eviction-check.ts`,
    text: 'wrong === undefined ? undefined : evicts(wrong)',
    instead: 'wrong === null ? evicts(wrong) : undefined',
    spec: DAMAGE,
    test: 'is refused at boot with the setting named',
  },
  {
    without: 'the revision fence',
    file: `${FOLDER}/scripts.ts`,
    text: 'if heldRevision ~= revision then return less(heldRevision, revision) end',
    instead: 'if heldRevision ~= revision then return true end',
    spec: CONTRACT,
    test: 'keeps a newer revision when an older one comes',
  },
  {
    without: 'the fence of the checkpoint',
    file: `${FOLDER}/scripts.ts`,
    text: 'if before(at, position) then\n  at = position',
    instead: 'if true then\n  at = position',
    spec: CONTRACT,
    test: 'moves with what is written, and never back',
  },
  {
    without: 'the refusal of a writer whose generation was replaced',
    file: `${FOLDER}/scripts.ts`,
    text: "elseif generation == build then at = buildAt else return redis.error_reply('KWREPLACED') end",
    instead: 'elseif generation == build then at = buildAt else at = known end',
    spec: CONTRACT,
    test: 'refuse one that was frozen while another built anew',
  },
  {
    without: 'the wait of a rebuild for what is served',
    file: `${FOLDER}/scripts.ts`,
    text: "if not buildReady or (live ~= '' and before(at, liveAt)) then return 0 end",
    instead: 'if not buildReady then return 0 end',
    spec: CONTRACT,
    test: 'waits until it is as far as what is served',
  },
  {
    without: 'the circuit breaker',
    file: `${FOLDER}/guarded-calls.ts`,
    text: 'if (!this.breaker.admits())',
    instead: "if (this.breaker.state === 'open' && this.inFlight < 0)",
    spec: AVAILABILITY,
    test: 'costs the first callers their time-out, then nobody',
  },
  {
    without: 'the removal of the command from errors',
    file: `${FOLDER}/guarded-calls.ts`,
    text: 'throw withoutCommand(error);',
    instead: 'throw error;',
    spec: AVAILABILITY,
    test: 'refuses writes with its own word for it',
  },
];
