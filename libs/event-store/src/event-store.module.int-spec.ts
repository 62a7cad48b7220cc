import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EventStoreModule } from './event-store.module.js';
import { EventStore } from './event-store.port.js';
import { SqliteEventStore } from './sqlite/sqlite-event-store.js';
import { temporaryFolder } from './sqlite/sqlite.fixtures.js';

@Injectable()
class Reader {
  constructor(@Inject(EventStore) readonly store: EventStore) {}
}

@Module({ providers: [Reader] })
class ReaderModule {}

describe('EventStoreModule', () => {
  it('gives every module the one store, and closes it at shutdown', async () => {
    const folder = temporaryFolder();
    const url = `sqlite:${folder.path('log.db')}`;
    const app = await Test.createTestingModule({
      imports: [EventStoreModule.forRoot(url), ReaderModule],
    }).compile();
    await app.init();
    const { store } = app.get(Reader);
    expect(store).toBeInstanceOf(SqliteEventStore);
    expect(await store.health()).toEqual({ ok: true });
    await app.close();
    expect(await store.health()).toMatchObject({ ok: false });
    folder.remove();
  });
});
