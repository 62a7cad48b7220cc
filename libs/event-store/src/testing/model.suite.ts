import fc from 'fast-check';
import type { EventStore, EventToAppend, ExpectedRevision, StreamAppend } from '../event-store.port.js';
import { collect, idsOf, numbered, uniqueName } from './fixtures.js';
import type { StoreTest } from './store-under-test.js';

/** A log so simple that it is right by looking at it. */
class Model {
  readonly log: { readonly stream: string; readonly id: string }[] = [];
  private readonly heads = new Map<string, number>();
  private readonly kept = new Map<string, number>();
  private readonly deleted = new Set<string>();

  /** What a new append must answer. */
  append({ stream, expectedRevision, events }: StreamAppend): string {
    if (this.deleted.has(stream)) return 'STREAM_DELETED';
    const head = this.heads.get(stream) ?? -1;
    if (!fits(expectedRevision, head)) return `WRONG_EXPECTED_REVISION at ${head < 0 ? 'no_stream' : head}`;
    this.log.push(...events.map(({ id }) => ({ stream, id })));
    this.heads.set(stream, head + events.length);
    this.trim(stream);
    return `revision ${head + events.length}`;
  }

  delete(stream: string): void {
    if (!this.heads.has(stream)) {
      this.kept.delete(stream);
      return;
    }
    this.deleted.add(stream);
    this.drop(this.of(stream).length, stream);
  }

  keep(stream: string, count: number): string {
    if (this.deleted.has(stream)) return 'STREAM_DELETED';
    this.kept.set(stream, count);
    this.trim(stream);
    return 'done';
  }

  of(stream: string): readonly string[] {
    return idsOf(this.log.filter((entry) => entry.stream === stream));
  }

  private trim(stream: string): void {
    this.drop(this.of(stream).length - (this.kept.get(stream) ?? Infinity), stream);
  }

  private drop(count: number, stream: string): void {
    for (let left = count; left > 0; left -= 1) {
      this.log.splice(
        this.log.findIndex((entry) => entry.stream === stream),
        1,
      );
    }
  }
}

type Step =
  | {
      readonly do: 'append';
      readonly stream: number;
      readonly expected: ExpectedRevision;
      readonly count: number;
    }
  | { readonly do: 'delete'; readonly stream: number }
  | { readonly do: 'keep'; readonly stream: number; readonly count: number }
  | {
      readonly do: 'read';
      readonly stream: number;
      readonly maxCount: number;
      readonly direction: 'forwards' | 'backwards';
    };

const stream = fc.nat({ max: 2 });
const append = fc.record({
  do: fc.constant('append' as const),
  stream,
  expected: fc.oneof(
    fc.constantFrom('any' as const, 'no_stream' as const, 'stream_exists' as const),
    fc.bigInt({ min: 0n, max: 6n }),
  ),
  count: fc.integer({ min: 1, max: 3 }),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: append },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), stream }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('keep' as const),
        stream,
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('read' as const),
        stream,
        maxCount: fc.integer({ min: 1, max: 8 }),
        direction: fc.constantFrom('forwards' as const, 'backwards' as const),
      }),
    },
  ),
  { minLength: 1, maxLength: 30 },
);

/** Random use against the model. */
export function describeModel(test: StoreTest): void {
  test('answers any sequence of appends, removals and reads as a trivial model does', async ({ store }) => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const prefix = uniqueName('model');
        const model = new Model();
        for (const step of sequence) await runOne(store, model, { step, prefix });
      }),
      { numRuns: 40 },
    );
  });

  test('holds after any sequence of appends and removals what a trivial model holds', async (subject) => {
    const { store } = subject;
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const prefix = uniqueName('model');
        const model = new Model();
        for (const step of sequence) {
          if (step.do !== 'read') await runOne(store, model, { step, prefix });
        }
        await subject.scavenge?.();
        const all = await collect(store.readAll({ filter: { streamPrefixes: [prefix] } }));
        expect(idsOf(all)).toEqual(idsOf(model.log));
      }),
      { numRuns: 20 },
    );
  });
}

async function runOne(store: EventStore, model: Model, at: { step: Step; prefix: string }): Promise<void> {
  const { step, prefix } = at;
  const name = `${prefix}-${step.stream}`;
  switch (step.do) {
    case 'append': {
      const events: EventToAppend[] = numbered(step.count);
      const request = { stream: name, expectedRevision: step.expected, events };
      const answer = await answerOf(store.append(request).then(({ revision }) => `revision ${revision}`));
      expect(answer).toBe(model.append(request));
      return;
    }
    case 'delete':
      await store.deleteStream(name);
      return model.delete(name);
    case 'keep':
      expect(await answerOf(store.setMaxCount(name, step.count).then(() => 'done'))).toBe(
        model.keep(name, step.count),
      );
      return;
    case 'read': {
      const expected = [...model.of(name)];
      if (step.direction === 'backwards') expected.reverse();
      const events = await collect(store.readStream(name, step));
      expect(idsOf(events)).toEqual(expected.slice(0, step.maxCount));
    }
  }
}

async function answerOf(answer: Promise<string>): Promise<string> {
  return answer.catch((error: { code: string; actual?: bigint | 'no_stream' }) =>
    error.actual === undefined ? error.code : `${error.code} at ${error.actual}`,
  );
}

function fits(expected: ExpectedRevision, head: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return head < 0;
  if (expected === 'stream_exists') return head >= 0;
  return Number(expected) === head;
}
