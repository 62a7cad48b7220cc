import { orgKeyStream, organizationStream, projectKeyStream, projectStream } from '@keyward/domain';
import type { JsonObject, RecordedEvent } from '@keyward/event-store';
import { exportLines, type ExportSource } from '../export/export-lines.js';
import { headHash, signHead, type SignedHead } from '../head/head.js';
import { LocalHeadSigner } from '../head/local-head-signer.js';
import { AuditLog, type AuditLogState } from '../log/audit-log.js';

export const STORE_ID = '5f0d6c7b8a9e4f10b2c3d4e5f6071829';
export const ORGANIZATION = 'acme';

const PKCS8_ED25519 = '302e020100300506032b657004220420';

/** From the 32 bytes of a private key. */
export function signerFromSeed(seedHex: string): LocalHeadSigner {
  const base64 = Buffer.from(PKCS8_ED25519 + seedHex, 'hex').toString('base64');
  return LocalHeadSigner.fromPem(
    `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----\n`,
    'a test',
  );
}

/** The first key of RFC 8032, 7.1: known to everybody, so that examples can be made again. */
export const SIGNER = signerFromSeed('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
/** The second one there. */
export const OTHER_SIGNER = signerFromSeed(
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
);

const START = Date.parse('2026-03-01T12:00:00.000Z');
/** Each event a minute after the one before. */
export const timeOf = (n: number): Date => new Date(START + n * 60_000);

const STREAMS = [
  organizationStream(ORGANIZATION),
  projectStream(ORGANIZATION, 'website'),
  orgKeyStream(ORGANIZATION, 'openai'),
  projectKeyStream(ORGANIZATION, 'website', 'openai'),
];
const TYPES = ['OrganizationRenamed', 'ProjectRenamed', 'OrgKeySet', 'ProjectKeySet'];

/** The n-th event of the sample log: of each kind of stream in turn, with names that are hard to encode. */
export function sampleEvent(n: number, data: JsonObject = {}): RecordedEvent {
  const kind = n % STREAMS.length;
  const hex = n.toString(16).padStart(12, '0');
  return {
    id: `0f8fad5b-d9cb-469f-a165-${hex}`,
    type: TYPES[kind]!,
    stream: STREAMS[kind]!,
    revision: BigInt(Math.floor(n / STREAMS.length)),
    position: { commit: BigInt(10 * n + 1), prepare: BigInt(10 * n + 1) },
    recordedAt: timeOf(n),
    data: {
      organizationId: ORGANIZATION,
      name: `Ümläut "${n}" \u{1f511}\u2028/`,
      reason: n % 3 === 0 ? null : 'rotated',
      actor: 'alice',
      ...data,
    },
    metadata: { schemaVersion: 1 },
  };
}

export function sampleEvents(count: number): RecordedEvent[] {
  return Array.from({ length: count }, (_, n) => sampleEvent(n));
}

export interface SampleOptions {
  readonly events?: readonly RecordedEvent[];
  /** A head of the chain after so many events; none after the last that is not a multiple. */
  readonly headEvery?: number;
  /** Index of the export's first event. */
  readonly first?: number;
  readonly signer?: LocalHeadSigner;
  /** Signs the heads from this size on, and closes the export. */
  readonly nextSigner?: { readonly from: number; readonly signer: LocalHeadSigner };
  readonly storeId?: string;
}

export interface SampleExport {
  /** Without line breaks. */
  readonly lines: readonly string[];
  readonly text: string;
  /** All heads of the chain, those before the export too. */
  readonly heads: readonly SignedHead[];
}

export async function sampleExport(options: SampleOptions = {}): Promise<SampleExport> {
  const { events = sampleEvents(10), first = 0 } = options;
  const { from, heads } = await grow(events, options);
  const before = heads.filter(({ head }) => head.size <= first);
  const source: ExportSource = {
    from,
    previousHeadHash: hashOf(before.at(-1)),
    events: events.slice(first),
    heads: heads.slice(before.length),
    signer: signerAt(events.length, options),
    now: () => timeOf(events.length),
  };
  const lines: string[] = [];
  for await (const line of exportLines(source)) lines.push(line.slice(0, -1));
  return { lines, text: textOf(lines), heads };
}

/** As a server would: event by event, signing a head now and then. */
async function grow(events: readonly RecordedEvent[], options: SampleOptions) {
  const { headEvery = 4, first = 0, storeId = STORE_ID } = options;
  const log = AuditLog.begin({ storeId, organizationId: ORGANIZATION });
  const heads: SignedHead[] = [];
  let from: AuditLogState = log.state;
  for (const event of events) {
    log.append(event);
    if (log.size === first) from = log.state;
    if (log.size % headEvery !== 0) continue;
    const toSign = { log, previousHeadHash: hashOf(heads.at(-1)), time: timeOf(log.size) };
    heads.push(await signHead(signerAt(log.size, options), toSign));
  }
  return { from, heads };
}

function hashOf(head: SignedHead | undefined): string | null {
  return head ? headHash(head.head) : null;
}

function signerAt(size: number, { signer = SIGNER, nextSigner }: SampleOptions): LocalHeadSigner {
  return nextSigner && size >= nextSigner.from ? nextSigner.signer : signer;
}

export function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

export async function* bytesOf(text: string | Buffer, chunk = 1_000): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += chunk) yield bytes.subarray(start, start + chunk);
}
