import { once } from 'node:events';
import { connect } from 'node:net';
import { ApiFixture } from '../../testing/api-fixture.js';

describe('A server that closes', () => {
  it('does not wait for a connection on which nothing was ever sent', async () => {
    const api = await ApiFixture.start();
    await api.app.listen(0, '127.0.0.1');
    const socket = connect(Number(new URL(await api.app.getUrl()).port), '127.0.0.1');
    const closed = once(socket, 'close');
    await once(socket, 'connect');
    // So that the server has it, too.
    await fetch(`${await api.app.getUrl()}/health/live`);
    await api.close();
    await closed;
  });
});
