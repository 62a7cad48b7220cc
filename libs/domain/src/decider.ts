/**
 * An aggregate's whole behaviour, pure: time, ids and randomness come in with the command.
 * `decide` answers the events that follow, none when the command finds its wish fulfilled already,
 * or a refusal; `evolve` is what an event does to the state.
 */
export interface Decider<Command, State, Event> {
  readonly initialState: State;
  decide(command: Command, state: State): Decision<Event>;
  evolve(state: State, event: Event): State;
}

export type Decision<Event> =
  | { readonly kind: 'accepted'; readonly events: readonly Event[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Why a command is refused. The codes are part of the outside contract. */
export type RefusalCode =
  | 'NOT_ENTITLED'
  | 'NOT_ROLLED_OUT'
  | 'UNKNOWN_ORGANIZATION'
  | 'UNKNOWN_PROJECT'
  | 'UNKNOWN_INTEGRATION'
  | 'KEY_NOT_SET'
  | 'UNKNOWN_KEY_VERSION'
  | 'KEY_VERSION_IN_USE'
  | 'VERSION_CONFLICT'
  | 'CREDENTIAL_KIND_NOT_SHAREABLE'
  | 'INVALID_KEY_FORMAT';

export interface Refusal {
  readonly code: RefusalCode;
  /** A sentence for the person who asked: what is wrong and what to do. Never key bytes. */
  readonly detail: string;
  /** The same for programs. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export function accept<Event>(...events: readonly Event[]): Decision<Event> {
  return { kind: 'accepted', events };
}

export function refuse(
  code: RefusalCode,
  detail: string,
  metadata?: Readonly<Record<string, string>>,
): Decision<never> {
  return { kind: 'refused', refusal: metadata ? { code, detail, metadata } : { code, detail } };
}

/** State after a history. */
export function fold<State, Event>(
  decider: Pick<Decider<never, State, Event>, 'initialState' | 'evolve'>,
  events: Iterable<Event>,
): State {
  let state = decider.initialState;
  for (const event of events) state = decider.evolve(state, event);
  return state;
}
