import { ReadModelSetupError } from '../read-model.errors.js';
import { parseRedisUrl } from './redis-url.js';

describe('parseRedisUrl', () => {
  it('reads host and port, and has a default for all else', () => {
    expect(parseRedisUrl('redis://cache')).toEqual({
      nodes: [{ host: 'cache', port: 6379 }],
      cluster: false,
      username: undefined,
      password: undefined,
      db: 0,
      prefix: 'kw',
      tls: undefined,
    });
  });

  it('reads user, password and database, percent-encoded', () => {
    expect(parseRedisUrl('redis://keyward:p%40ss%2Fword@[::1]:7000/2')).toMatchObject({
      nodes: [{ host: '::1', port: 7000 }],
      username: 'keyward',
      password: 'p@ss/word',
      db: 2,
    });
  });

  it('reads a password without a user', () => {
    expect(parseRedisUrl('redis://:secret@cache')).toMatchObject({ username: undefined, password: 'secret' });
  });

  it('reads a Cluster by its nodes', () => {
    expect(parseRedisUrl('redis://a:1?cluster=true&node=b:2&node=[::1]:3&node=c&prefix=kw-eu')).toMatchObject(
      {
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
          { host: '::1', port: 3 },
          { host: 'c', port: 6379 },
        ],
        cluster: true,
        prefix: 'kw-eu',
      },
    );
  });

  it('reads TLS with its files', () => {
    expect(parseRedisUrl('rediss://cache').tls).toEqual({});
    expect(
      parseRedisUrl('rediss://cache?ca=/ca.pem&cert=/c.pem&key=/k.pem&servername=redis.example').tls,
    ).toEqual({
      ca: '/ca.pem',
      cert: '/c.pem',
      key: '/k.pem',
      servername: 'redis.example',
    });
  });

  it.each([
    ['no host', 'redis:///1', /name a host/],
    ['a port out of range', 'redis://h0st-s3cret:0', /ports from 1 to 65535/],
    ['a database that is no number', 'redis://cache/s3cret', /number for its database/],
    ['an unknown option', 'redis://cache?s3cret=s3cret', /none of cluster, node, prefix/],
    [
      'a Sentinel',
      'redis://cache:26379?sentinel=s3cret',
      /Sentinel: give an address that follows the primary/,
    ],
    ['an option twice', 'redis://cache?prefix=a&prefix=s3cret', /"prefix" twice/],
    ['nodes without a Cluster', 'redis://cache?node=s3cret:1', /"cluster=true"/],
    ['a malformed node', 'redis://cache?cluster=true&node=a:b:s3cret', /each "node" as host:port/],
    ['a Cluster with a database', 'redis://cache/1?cluster=true', /leave out the database/],
    ['neither true nor false', 'redis://cache?cluster=s3cret', /true or false/],
    ['TLS options without TLS', 'redis://cache?ca=/s3cret', /needs rediss:/],
    ['half a client certificate', 'rediss://cache?cert=/s3cret', /or neither/],
    ['a prefix with a colon', 'redis://cache?prefix=s3cret:', /"prefix" of 1 to 32/],
    ['a password that is not encoded', 'redis://:%s3cret@cache', /percent-encoded/],
    ['nonsense', 'redis://:s3cret@:::', /like redis:\/\/host:6379/],
  ])('refuses %s by its rule, and shows nothing of the address', (_what, url, rule) => {
    let error: unknown;
    try {
      parseRedisUrl(url);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ReadModelSetupError);
    const { message } = error as Error;
    expect(message).toMatch(rule);
    expect(message).toMatch(/^KEYWARD_READ_MODEL /);
    expect(message).not.toContain('s3cret');
  });
});
