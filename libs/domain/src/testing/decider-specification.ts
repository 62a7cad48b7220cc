import { fold, type Decider, type RefusalCode } from '../decider.js';
import type { Provenance } from '../provenance.js';

/** Given events, when a command, then events, or a refusal, or nothing. */
export function given<Command, State, Event>(decider: Decider<Command, State, Event>, ...history: Event[]) {
  return {
    when(command: Command) {
      const decide = () => decider.decide(command, fold(decider, history));
      return {
        then(...expected: Event[]): void {
          expect(decide()).toEqual({ kind: 'accepted', events: expected });
        },
        thenNothing(): void {
          expect(decide()).toEqual({ kind: 'accepted', events: [] });
        },
        thenRefused(code: RefusalCode): void {
          expect(decide()).toMatchObject({ kind: 'refused', refusal: { code } });
        },
      };
    },
  };
}

export const alice: Provenance = {
  actor: 'alice',
  occurredAt: '2026-03-01T09:00:00.000Z',
  reason: 'first set-up',
  idempotencyKey: null,
  requestDigest: null,
};

export const bob: Provenance = {
  ...alice,
  actor: 'bob',
  occurredAt: '2026-03-02T10:00:00.000Z',
  reason: null,
};
