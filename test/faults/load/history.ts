import { decodePosition } from '@keyward/contracts';
import { slotStream, type SlotAddress } from '@keyward/domain';
import type { Outcome, WriteAnswer } from '../checker/check-commands.js';
import type { SecretOf } from '../checker/check-lookups.js';
import { kindOf, type LogView, type Place } from '../checker/log-view.js';
import type { HttpAnswer, HttpClient } from './http-client.js';
import type { PlannedCommand } from './plan-command.js';

/** What all clients together did and were answered, over all lives of the server. */
export class History {
  readonly commands = new Map<string, PlannedCommand>();
  private readonly acknowledged = new Map<string, PlannedCommand>();
  private readonly tokens: string[] = [];
  /** By the time at which they came, and so in the order of their places. */
  private readonly progress: { readonly at: number; readonly place: Place }[] = [];
  /** Commands sent whose answer has not come. */
  inFlight = 0;
  /** Answers that came, of whatever kind. */
  answered = 0;

  constructor(readonly storeId: string) {}

  acknowledgedIn(slot: SlotAddress): PlannedCommand | undefined {
    return this.acknowledged.get(slotStream(slot));
  }

  /** Positions that writes were answered with, as they came. */
  get positions(): readonly string[] {
    return this.tokens;
  }

  /** The greatest place that any write was answered with. */
  get acknowledgedTo(): { readonly place: Place; readonly position: string } {
    return { place: this.progress.at(-1)?.place ?? 0, position: this.tokens.at(-1) ?? '' };
  }

  /** The same as it was so many milliseconds ago. */
  acknowledgedBefore(ms: number): Place {
    const until = performance.now() - ms;
    return this.progress.findLast(({ at }) => at <= until)?.place ?? 0;
  }

  placeOf(position: string): Place {
    return Number(decodePosition(this.storeId, position).commit);
  }

  /** The bytes of each key, from the command that the log says made it. */
  secretsOf(log: LogView): SecretOf {
    const sets = log.changes.filter(({ event }) => kindOf(event) === 'set');
    const commands = new Map(sets.map(({ event: { data } }) => [data.keyId, data.reason ?? '']));
    return (keyId) => this.commands.get(commands.get(keyId) ?? '')?.secret ?? undefined;
  }

  /** Sends it, for the first time or again, and keeps what came of it. */
  async send(command: PlannedCommand, http: HttpClient): Promise<Outcome> {
    this.commands.set(command.id, command);
    this.inFlight++;
    const outcome = await this.attempt(command, http);
    this.inFlight--;
    if (outcome.kind === 'ok' || outcome.kind === 'refused') this.answered++;
    command.outcomes.push(outcome);
    if (outcome.kind === 'ok') this.acknowledged.set(slotStream(command.slot), command);
    return outcome;
  }

  private async attempt({ request }: PlannedCommand, http: HttpClient): Promise<Outcome> {
    try {
      const answer = await http.send(request);
      if (answer.status < 300) return { kind: 'ok', answer: this.answerOf(answer) };
      if (answer.status < 500) return { kind: 'refused', code: String(answer.body['code']) };
      return { kind: 'unknown' };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { kind: code === 'ECONNREFUSED' ? 'not_sent' : 'unknown' };
    }
  }

  private answerOf({ body }: HttpAnswer): WriteAnswer {
    const { keyId, version, changed, position } = body as {
      keyId: string;
      version: number;
      changed: boolean;
      position: string;
    };
    const place = this.placeOf(position);
    if (place > this.acknowledgedTo.place) {
      this.progress.push({ at: performance.now(), place });
      this.tokens.push(position);
    }
    return { keyId, version, changed, place };
  }
}
