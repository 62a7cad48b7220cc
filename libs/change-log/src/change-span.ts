import { slotAttributes } from '@keyward/contracts';
import type { CarriedKind, Span, Tracing } from '@keyward/runtime';
import type { KeyChange } from './key-change.js';

/** A step of a change on its way to those who watch it. */
export function changeSpan(tracing: Tracing, name: string, kind: CarriedKind, change: KeyChange): Span {
  const span = tracing.follow(name, kind, { traceparent: change.traceparent, at: change.occurredAt });
  span.set(() => ({ ...slotAttributes(change), 'keyward.change_kind': change.kind }));
  return span;
}
