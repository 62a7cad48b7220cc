import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuditKeys,
  HEAD_SIGNED,
  TrustedKeys,
  exportLines,
  headLine,
  logOfHeadsStream,
  verifyExport,
  type SignedHead,
  type VerificationReport,
} from '@keyward/audit';
import { SIGNER, bytesOf, textOf } from '@keyward/audit/testing';
import { MemoryEventStore, type EventStore, type JsonObject } from '@keyward/event-store';
import { History } from '@keyward/history';
import { openInProcess } from '@keyward/history/testing';
import { Metrics, NO_TRACING, Supervisor, SystemClock } from '@keyward/runtime';
import { AuditExports } from '../audit/audit-exports.js';
import { AuditLedgerReader } from '../audit/audit-ledger-reader.js';
import { HeadChains } from '../audit/head-chains.js';
import { DurableAppender } from '../write-side/durable-appender.js';

const PATIENCE_MS = 30_000;
const NO_REPORT = { rebuilding() {}, applied() {}, caughtUp() {}, ended() {} };

/** What of an api process has to do with the audit logs, over its own ledger. */
export interface AuditCopy {
  readonly chains: HeadChains;
  readonly exports: AuditExports;
  readonly ledger: AuditLedgerReader;
  stop(): Promise<void>;
}

/** Copies of what signs and proves, over one event log. */
export class AuditFixture {
  private readonly folder = mkdtempSync(join(tmpdir(), 'keyward-audit-'));
  private readonly running = new Set<AuditCopy>();
  private copies = 0;

  constructor(
    public events: EventStore = new MemoryEventStore(),
    readonly keys = new AuditKeys(SIGNER),
  ) {}

  /** @param name of its ledger, which outlives it; a new one by default */
  copy({ name = `copy-${this.copies++}`, keys = this.keys, events = this.events } = {}): AuditCopy {
    const file = join(this.folder, name, 'history.db');
    const open = () => openInProcess({ file, storeId: events.storeId });
    const history = new History({ events, open, report: NO_REPORT });
    const supervisor = new Supervisor({ backoff: { minMs: 1, maxMs: 5 } });
    supervisor.run('history', (signal) => history.follow(signal));
    const clock = new SystemClock();
    const ledger = new AuditLedgerReader(history, PATIENCE_MS);
    const appender = new DurableAppender(events, clock, new Metrics(false), NO_TRACING);
    const chains = new HeadChains({ events, ledger, keys, appender, clock, metrics: new Metrics(false) });
    const exports = new AuditExports({ events, ledger, chains, keys, clock });
    const copy: AuditCopy = {
      chains,
      exports,
      ledger,
      stop: async () => {
        this.running.delete(copy);
        await supervisor.stop();
      },
    };
    this.running.add(copy);
    return copy;
  }

  /** Appends events as they come to streams, with the given data. */
  async append(...streams: readonly (string | readonly [stream: string, data: JsonObject])[]): Promise<void> {
    for (const each of streams) {
      const [stream, data] = typeof each === 'string' ? [each, {}] : each;
      await this.events.append({ stream, expectedRevision: 'any', events: [sampleOf(stream, data)] });
    }
  }

  async exported(copy: AuditCopy, organizationId: string | null, first = 0): Promise<string> {
    let text = '';
    for await (const line of exportLines(await copy.exports.open({ organizationId, first }))) text += line;
    return text;
  }

  /** As `keyward verify` does it. */
  verified(text: string, saved?: readonly SignedHead[]): Promise<VerificationReport> {
    const trusted = TrustedKeys.fromPem(this.keys.signer.publicKeyPem, 'the key of the tests');
    const savedHeads = saved && bytesOf(textOf(saved.map(headLine)));
    return verifyExport(bytesOf(text), { trusted, ...(savedHeads ? { savedHeads } : {}) });
  }

  async chainOf(copy: AuditCopy, organizationId: string | null): Promise<SignedHead[]> {
    const heads: SignedHead[] = [];
    for await (const { signed } of copy.chains.from(organizationId, 0)) heads.push(signed);
    return heads;
  }

  async close(): Promise<void> {
    await Promise.all([...this.running].map((copy) => copy.stop()));
    await this.events.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const TYPES: Readonly<Record<string, string>> = {
  organization: 'OrganizationRenamed',
  project: 'ProjectRenamed',
  orgKey: 'OrgKeyRemoved',
  projectKey: 'ProjectKeyRemoved',
  rollout: 'RolloutChanged',
};

function sampleOf(stream: string, data: JsonObject) {
  if (logOfHeadsStream(stream))
    return { id: randomUUID(), type: HEAD_SIGNED, data, metadata: { schemaVersion: 1 } };
  const provenance = { actor: 'alice', occurredAt: '2026-03-01T12:00:00.000Z', reason: null };
  const rollout = stream.startsWith('rollout') ? { percentage: 0, include: [], exclude: [] } : {};
  return {
    id: randomUUID(),
    type: TYPES[stream.split('-')[0]!] ?? 'Note',
    data: { ...provenance, ...rollout, ...data },
    metadata: { schemaVersion: 1 },
  };
}
