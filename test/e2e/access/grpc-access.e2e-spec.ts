import { status } from '@grpc/grpc-js';
import { ROLES, expectedVerdict } from '@keyward/access/testing';
import { GRPC_METHODS, GrpcCaller, type GrpcMethod, type GrpcOutcome } from '../../support/grpc-methods.js';
import { AccessWorld, INTEGRATION, PLACES, type Place } from './access-world.js';

type Requests = Readonly<Record<string, (place: Place, position?: string) => object>>;

const addressAt = (place: Place) => ({ ...place, integrationId: INTEGRATION });
const asFreshAs = (position?: string) => position && { consistency: { atLeastAsFresh: position } };

/** A request to do each method's work at a place. */
const REQUESTS: Requests = {
  Lookup: (place, position) => ({ address: addressAt(place), ...asFreshAs(position) }),
  BatchLookup: (place, position) => ({ addresses: [addressAt(place)], ...asFreshAs(position) }),
  Watch: ({ organizationId, projectId }, position = '') => ({
    organizationId,
    projectIds: [projectId],
    afterPosition: position,
  }),
};

const NAMES = GRPC_METHODS.map(({ name }) => name);
const CASES = NAMES.flatMap((name) => ROLES.map((role): [string, string] => [name, role]));
const DENIED = CASES.filter(([name, role]) => deniedPlaces(name, role).length > 0);

describe('Access over gRPC', () => {
  let world: AccessWorld;
  let caller: GrpcCaller;
  let head: string;

  beforeAll(async () => {
    world = await AccessWorld.open();
    caller = new GrpcCaller(world.keyward.grpcTarget);
    head = await world.head();
  }, 90_000);
  afterAll(async () => {
    caller.close();
    await world.close();
  });

  const bearer = (token: string | null | undefined) => (token ? `Bearer ${token}` : null);
  const send = (name: string, request: object, authorization: string | null): Promise<GrpcOutcome> =>
    caller.call(methodOf(name), request, authorization);
  const sendAt = (name: string, role: string, places: readonly Place[], position?: string) =>
    Promise.all(
      places.map((place) => send(name, REQUESTS[name]!(place, position), bearer(world.tokens[role]))),
    );

  it('is written down for every method that is served, and asked for here', async () => {
    const services = new Set(GRPC_METHODS.map(({ service }) => service));
    expect((await caller.servicesByReflection()).sort()).toEqual([...services].sort());
    for (const [name, role] of CASES)
      expect(() => expectedVerdict(operationOf(name), role, {})).not.toThrow();
    expect(Object.keys(REQUESTS).sort()).toEqual([...NAMES].sort());
  });

  it.each(DENIED)('is denied for %s by %s alike wherever it is, there or not', async (name, role) => {
    for (const position of [undefined, head]) {
      const outcome = onlyOutcome(await sendAt(name, role, deniedPlaces(name, role), position));
      expect(outcome).toMatchObject(
        role === 'none'
          ? { code: status.UNAUTHENTICATED, reason: 'UNAUTHENTICATED' }
          : { code: status.PERMISSION_DENIED, reason: 'FORBIDDEN' },
      );
    }
  });

  it.each(CASES)('is allowed for %s by %s where the matrix says so', async (name, role) => {
    for (const [where, place] of Object.entries(PLACES)) {
      if (expectedVerdict(operationOf(name), role, place) === 'deny') continue;
      const [outcome] = await sendAt(name, role, [place]);
      expect(outcome).toMatchObject(
        where.startsWith('an absent') ? { code: status.NOT_FOUND, reason: 'UNKNOWN_PROJECT' } : { ok: true },
      );
    }
  });

  it.each(NAMES)(
    'is denied for %s to the worker of an organization that is nowhere as to a stranger',
    async (name) => {
      const token = await world.mint.issue('lost', { worker: { organization: 'nowhere' } });
      const outcomes = [
        await send(name, REQUESTS[name]!(PLACES['an absent organization']!), bearer(token)),
        await send(name, REQUESTS[name]!(PLACES['a foreign organization']!), bearer(token)),
        ...(await sendAt(name, 'worker', [PLACES['an absent organization']!])),
      ];
      expect(onlyOutcome(outcomes)).toMatchObject({ code: status.PERMISSION_DENIED });
    },
  );

  it('is denied for a whole batch with one foreign address, which is named by its place alone', async () => {
    const others = ['a foreign organization', 'an absent organization'].map((where) => ({
      addresses: [addressAt(PLACES['own']!), addressAt(PLACES[where]!)],
    }));
    const token = bearer(world.tokens['worker']);
    const outcomes = await Promise.all(others.map((request) => send('BatchLookup', request, token)));
    expect(onlyOutcome(outcomes)).toMatchObject({ code: status.PERMISSION_DENIED });
  });

  it.each(NAMES)('is denied for %s to whoever shows a token not to be trusted', async (name) => {
    const forgeries = await world.mint.forgeries({ worker: { organization: 'acme' } });
    for (const token of Object.values(forgeries)) {
      const outcomes = await Promise.all(
        Object.values(PLACES).map((place) => send(name, REQUESTS[name]!(place), bearer(token))),
      );
      expect(onlyOutcome(outcomes)).toMatchObject({
        code: status.UNAUTHENTICATED,
        reason: 'UNAUTHENTICATED',
      });
    }
  });

  it.each([
    ['no scheme', (token: string) => token],
    ['another scheme', (token: string) => `Basic ${token}`],
    ['two tokens in one entry', (token: string) => `Bearer ${token}, Bearer ${token}`],
    ['nothing behind the scheme', () => 'Bearer'],
  ])('is denied to whoever shows %s', async (_name, authorization) => {
    const outcome = await send(
      'Lookup',
      REQUESTS['Lookup']!(PLACES['own']!),
      authorization(world.tokens['worker']!),
    );
    expect(outcome).toMatchObject({ code: status.UNAUTHENTICATED });
  });

  it('takes the scheme in lower case', async () => {
    const outcome = await send(
      'Lookup',
      REQUESTS['Lookup']!(PLACES['own']!),
      `bearer ${world.tokens['worker']}`,
    );
    expect(outcome).toMatchObject({ ok: true });
  });
});

function methodOf(name: string): GrpcMethod {
  return GRPC_METHODS.find((method) => method.name === name)!;
}

/** The matrix calls an operation as the proto calls its method, but for the first letter. */
function operationOf(name: string): string {
  return name[0]!.toLowerCase() + name.slice(1);
}

function deniedPlaces(name: string, role: string): Place[] {
  return Object.values(PLACES).filter((place) => expectedVerdict(operationOf(name), role, place) === 'deny');
}

/** All refused with the same bytes; and what they are. */
function onlyOutcome(outcomes: readonly GrpcOutcome[]): GrpcOutcome {
  const bytes = outcomes.map((outcome) => (outcome.ok ? 'allowed' : outcome.bytes));
  expect(new Set(bytes).size).toBe(1);
  return outcomes[0]!;
}
