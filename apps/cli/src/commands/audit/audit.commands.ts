import { headHash, headLine, type Head, type SignedHead } from '@keyward/audit';
import type { Style } from '@keyward/runtime';
import type { Command } from 'commander';
import type { CommandContext, Run } from '../../command-context.js';
import type { Json } from '../../connection/api-answer.js';
import { CliError, usageError } from '../../errors/cli-error.js';
import { EXIT } from '../../errors/exit-codes.js';
import { idReader, wholeNumberReader } from '../../input/arguments.js';
import { trustedKeys } from '../../input/trusted-keys.js';
import { facts } from '../../output/table.js';
import { shortTime } from '../key-facts.js';
import { AuditLogClient, notVerified } from './audit-log-client.js';
import { NONE_SAVED, appendSavedHeads, readSavedHeads, type SavedHeads } from './saved-heads-file.js';

interface LogOptions {
  readonly platform?: boolean;
  readonly trust?: string;
}

interface ProofOptions extends LogOptions {
  readonly index?: number;
  readonly position?: string;
  readonly heads?: string;
}

type Org = readonly [string | undefined];

export function addAuditCommands(program: Command, run: Run): void {
  const audit = program
    .command('audit')
    .description('the audit logs: signed heads, and proofs (organization owners and admins)');
  const head = ofOneLog(audit.command('head'), 'get the signed head of all that is in the log now');
  run(head, async (context, args: Org, options: LogOptions) => {
    const signed = await (await clientOf(context, args, options)).head();
    context.printer.answer(signed as unknown as Json, (style) => headText(style, signed.head));
  });
  const heads = ofOneLog(
    audit.command('heads'),
    'get the chain of signed heads, to be kept where Keyward cannot write: only those that the file does not have',
  ).option('--out <file>', 'file to put them at the end of, one a line (default: standard output)');
  run(heads, saveHeads);
  const proof = ofOneLog(
    audit.command('proof'),
    'have it proved that an event is in the log, or else that the log continues the head that was saved last',
  )
    .option('--index <n>', 'of the event in the log: 0, 1, 2 ...', wholeNumberReader('--index'))
    .option('--position <position>', 'of the event, as a write or the history gave it')
    .option('--heads <file>', 'file with heads that were saved before; without it the head is asked for now');
  run(proof, prove);
  const key = audit
    .command('key')
    .description(
      'print the public keys that heads are signed with, in PEM, the present one first (anybody signed in)',
    );
  run(key, async (context) => {
    const api = await context.api({});
    const answer = (await api.request({ method: 'GET', path: ['v1', 'audit', 'keys'] })) as {
      readonly items: readonly { readonly publicKey: string }[];
    };
    context.printer.answer(answer, () => answer.items.map(({ publicKey }) => publicKey.trimEnd()).join('\n'));
  });
}

function ofOneLog(command: Command, description: string): Command {
  return command
    .description(description)
    .argument('[org]', "the organization's id", idReader('<org>'))
    .option('--platform', "the platform's log, which holds the rollout (platform admins)")
    .option('--trust <file>', 'file with the public keys whose signatures count, in PEM');
}

async function clientOf(
  context: CommandContext,
  [org]: Org,
  { platform = false, trust }: LogOptions,
): Promise<AuditLogClient> {
  if (platform === (org !== undefined)) throw usageError('Name an organization, or give --platform.');
  const trusted = trust === undefined ? undefined : await trustedKeys(trust);
  const need = org === undefined ? { platformAdmin: true } : { organizations: { [org]: 'admin' } as const };
  return new AuditLogClient(await context.api(need), org ?? null, trusted);
}

async function saveHeads(
  context: CommandContext,
  args: Org,
  options: LogOptions & { readonly out?: string },
): Promise<void> {
  const { out } = options;
  const client = await clientOf(context, args, options);
  const now = await client.head();
  const saved = out === undefined ? NONE_SAVED : await readSavedHeads(out, now.head, '--out');
  const { last } = saved;
  if (last) await client.checkContinues(last.head, now.head);
  const heads = await headsAfter(client, saved, now);
  if (out === undefined) {
    for (const signed of heads) context.printer.out(headLine(signed));
    return;
  }
  await appendSavedHeads(out, heads);
  const answer = { saved: heads.length, size: now.head.size, head: now as unknown as Json };
  context.printer.answer(answer, (style) => {
    const what = heads.length === 1 ? 'head' : 'heads';
    return `${heads.length} ${what} saved; the log continues ${last ? 'those saved before' : 'nothing yet'}.\n\n${headText(style, now.head)}`;
  });
}

/** The chain after the head that was saved last, up to the present one. */
async function headsAfter(
  client: AuditLogClient,
  { count, last }: SavedHeads,
  now: SignedHead,
): Promise<SignedHead[]> {
  if (!last) return collect(client.chain(), now);
  const wanted = headHash(last.head);
  if (wanted === headHash(now.head)) return [];
  try {
    // The number of its last head, where the file has the whole chain.
    return await collect(client.chain({ after: count - 1, previous: last.head }), now);
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== EXIT.notVerified) throw error;
  }
  const all = await collect(client.chain(), now);
  const at = all.findIndex(({ head }) => headHash(head) === wanted);
  if (at < 0) throw notVerified('The head that was saved last is not in the chain any more.');
  return all.slice(at + 1);
}

async function collect(chain: AsyncIterable<SignedHead>, upTo: SignedHead): Promise<SignedHead[]> {
  const heads: SignedHead[] = [];
  const end = headHash(upTo.head);
  for await (const signed of chain) {
    heads.push(signed);
    if (headHash(signed.head) === end) break;
  }
  return heads;
}

async function prove(context: CommandContext, args: Org, options: ProofOptions): Promise<void> {
  checkProofOptions(options);
  const client = await clientOf(context, args, options);
  const now = await client.head();
  const { head } = await trustedHead(client, options, now);
  const proved = isOfEvent(options) ? await client.prove(options, head) : undefined;
  const sentence = proved
    ? `Event ${proved.index} is in the log of the head.`
    : `The log of ${now.head.size} events continues the saved head of ${head.size}.`;
  context.printer.answer({ ...proved, head: { ...head } }, (style) => {
    const event = proved ? [JSON.stringify(proved.event, null, 2)] : [];
    return [style.paint('green', sentence), ...event, headText(style, head)].join('\n\n');
  });
}

function checkProofOptions(options: ProofOptions): void {
  if (options.index !== undefined && options.position !== undefined)
    throw usageError('Give --index or --position, not both.');
  if (!isOfEvent(options) && options.heads === undefined)
    throw usageError('Name an event by --index or --position, or give saved heads by --heads.');
}

function isOfEvent({ index, position }: ProofOptions): boolean {
  return index !== undefined || position !== undefined;
}

/** The head that was saved last, which the present one is shown to continue; without a file the present one. */
async function trustedHead(
  client: AuditLogClient,
  { heads }: ProofOptions,
  now: SignedHead,
): Promise<SignedHead> {
  if (heads === undefined) return now;
  const { last } = await readSavedHeads(heads, now.head, '--heads');
  if (!last) throw usageError('The file of --heads has no head of this log.');
  await client.checkContinues(last.head, now.head);
  return last;
}

function headText(style: Style, head: Head): string {
  return facts(style, [
    ['organization', head.organizationId ?? 'none: the log of the platform'],
    ['events', head.size],
    ['root hash', head.rootHash],
    ['signed at', shortTime(head.time)],
    ['signed by', head.signingKeyId],
  ]);
}
