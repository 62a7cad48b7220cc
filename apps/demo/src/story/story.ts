import { DemoError } from '../demo-error.js';
import { problemIn, type Api, type Call } from '../keyward/api.js';
import { INTEGRATION, PROJECTS, type Cast, type DemoKey } from './cast.js';
import type { Narrator } from './narrator.js';
import type { Expected, Use, Witness } from './witness.js';

type Project = (typeof PROJECTS)[number];

/** A change: who asks for it, and what. */
interface Change {
  readonly by: Api;
  readonly call: Call;
}

/** When a change was asked for and when it was acknowledged, in Unix milliseconds. */
interface Acknowledged {
  readonly since: number;
  readonly at: number;
}

interface Refusal {
  readonly call: Call;
  readonly status: number;
  readonly code: string;
  /** What the sentence has to tell the person. */
  readonly says: RegExp;
}

/** The mission, step by step. Each step is told, done over HTTP, and held against what the workers really did. */
export class Story {
  /** Milliseconds from each change's acknowledgement to the vendor's first call with what it brought. */
  readonly delays: number[] = [];

  constructor(
    private readonly cast: Cast,
    private readonly narrator: Narrator,
    private readonly witness: Witness,
  ) {}

  /** @throws DemoError when a step shows something else than the story says. */
  async play(): Promise<void> {
    const [first, own, second] = [
      await this.cast.newKey('org1'),
      await this.cast.newKey('web1'),
      await this.cast.newKey('org2'),
    ];
    await this.#nothingSet();
    await this.#organizationKey(first);
    await this.#override(own, first);
    await this.#backToOrganization(first);
    await this.#replace(second);
    await this.#offAndOn(second);
    await this.#refusals(first);
  }

  async #nothingSet(): Promise<void> {
    await this.narrator.step('Acme, Enterprise and in the rollout, has two projects, each with a worker');
    const since = Date.now();
    for (const project of PROJECTS) await this.cast.startWorker(project);
    for (const project of PROJECTS) {
      await this.witness.watches(project);
      await this.witness.hasNoKey(project, 'not_set', since);
      this.narrator.notUsed(project, 'none is set', '');
    }
  }

  async #organizationKey(key: DemoKey): Promise<void> {
    await this.narrator.step(`Alice, admin of Acme, sets the organization's key for OpenAI: ${key.mask}`);
    await this.#allSwitch(this.#set(this.cast.alice, '', key), { key, source: 'organization', version: 1 });
  }

  async #override(own: DemoKey, shared: DemoKey): Promise<void> {
    await this.narrator.step(`Erin, editor of website, gives that project its own key: ${own.mask}`);
    const change = this.#set(this.cast.erin, '/projects/website', own);
    const others: Expected = { key: shared, source: 'organization', version: 1 };
    await this.#oneSwitches(change, { key: own, source: 'project', version: 1 }, others);
  }

  async #backToOrganization(key: DemoKey): Promise<void> {
    await this.narrator.step("Erin removes it: website falls back to the organization's key");
    const change = { by: this.cast.erin, call: this.#call('DELETE', '/projects/website') };
    const expected: Expected = { key, source: 'organization', version: 1 };
    await this.#oneSwitches(change, expected, expected);
  }

  async #replace(key: DemoKey): Promise<void> {
    await this.narrator.step(`Alice replaces the organization's key: ${key.mask}`);
    await this.#allSwitch(this.#set(this.cast.alice, '', key), { key, source: 'organization', version: 2 });
  }

  async #offAndOn(key: DemoKey): Promise<void> {
    await this.narrator.step('Alice switches it off. Keyward keeps it; nobody uses it');
    const off = await this.#do({ by: this.cast.alice, call: this.#call('POST', '', '/disable') });
    for (const project of PROJECTS) {
      const at = await this.witness.hasNoKey(project, 'disabled', off.since);
      this.narrator.notUsed(project, 'switched off', after(off, at));
    }
    await this.narrator.step('Alice switches it on again, without typing it again');
    const change = { by: this.cast.alice, call: this.#call('POST', '', '/enable') };
    await this.#allSwitch(change, { key, source: 'organization', version: 2 });
  }

  async #refusals(key: DemoKey): Promise<void> {
    const { free, later, acme } = this.cast;
    const set = (organization: string, integration: string): Call => ({
      method: 'PUT',
      path: `/organizations/${organization}/integrations/${integration}/key`,
      body: { secret: key.secret },
    });
    await this.narrator.step('An organization on the Free plan wants a key, too');
    await this.#refused({
      call: set(free, INTEGRATION),
      status: 403,
      code: 'NOT_ENTITLED',
      says: /Enterprise/,
    });
    await this.narrator.step('So does one on the Enterprise plan that is not in the rollout yet');
    await this.#refused({
      call: set(later, INTEGRATION),
      status: 403,
      code: 'NOT_ROLLED_OUT',
      says: /contact your sales representative/i,
    });
    await this.narrator.step('Alice wants to share a key for Gmail, which works by OAuth');
    await this.#refused({
      call: set(acme, 'gmail'),
      status: 422,
      code: 'CREDENTIAL_KIND_NOT_SHAREABLE',
      says: /your own account|service account/,
    });
  }

  async #allSwitch(change: Change, expected: Expected): Promise<void> {
    const acknowledged = await this.#do(change);
    for (const project of PROJECTS)
      this.#switched(project, await this.witness.uses(project, expected, acknowledged.since), acknowledged);
  }

  async #oneSwitches(change: Change, website: Expected, mobile: Expected): Promise<void> {
    const acknowledged = await this.#do(change);
    const { since } = acknowledged;
    const use = await this.witness.uses('website', website, since);
    this.#switched('website', use, acknowledged);
    await this.witness.keepsUsing('mobile', mobile, { since, seenAt: use.calledAt });
    this.narrator.used('mobile', { key: mobile.key, whose: whose(mobile), when: 'not told' });
  }

  #switched(project: Project, use: Use, acknowledged: Acknowledged): void {
    this.delays.push(Math.max(0, use.calledAt - acknowledged.at));
    const when = after(acknowledged, use.calledAt);
    this.narrator.used(project, { key: use.key, whose: whose(use), when });
  }

  async #do({ by, call }: Change): Promise<Acknowledged> {
    const since = Date.now();
    await by.must(call);
    return { since, at: Date.now() };
  }

  async #refused({ call, status, code, says }: Refusal): Promise<void> {
    const answer = await this.cast.alice.ask(call);
    const detail = String(answer.body['detail']);
    if (answer.status < 300) throw new DemoError(`This has to be refused with ${code}, and was not.`);
    if (answer.status !== status || answer.body['code'] !== code || !says.test(detail))
      throw new DemoError(`This has to be refused with ${code}, and was with ${problemIn(answer.body)}`);
    this.narrator.refused(status, code, detail);
  }

  #set(by: Api, where: string, { secret }: DemoKey): Change {
    return { by, call: { ...this.#call('PUT', where), body: { secret, reason: 'demo' } } };
  }

  #call(method: Call['method'], where: string, verb = ''): Call {
    return {
      method,
      path: `/organizations/${this.cast.acme}${where}/integrations/${INTEGRATION}/key${verb}`,
    };
  }
}

function after({ at }: Acknowledged, seenAt: number): string {
  return `${Math.max(0, seenAt - at)} ms`;
}

function whose({ source, version }: Expected): string {
  return `${source === 'organization' ? "organization's key" : "project's own key"}, version ${version}`;
}
