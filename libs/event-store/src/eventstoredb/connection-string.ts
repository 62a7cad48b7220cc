const FORM =
  /^(?:esdb|kurrentdb)(?:\+discover)?:\/\/(?:[^:@/?\s]+:[^@/?\s]+@)?[^:@,/?\s]+(?::\d{1,5})?(?:,[^:@,/?\s]+(?::\d{1,5})?)*\/?(?:\?(?<options>[^?\s]*))?$/;

const RULE =
  "must be 'esdb://' (or 'esdb+discover://', 'kurrentdb://', 'kurrentdb+discover://') and hosts separated by commas, " +
  'with user and password percent-encoded: esdb://user:password@host:2113?tls=true';

const ANY = /./;
const NUMBER = /^-?\d+$/;
const BOOLEAN = /^(true|false)$/;

/** The options of the client, by name without case and hyphens, as it takes them, and what each may be. */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  connectionname: ANY,
  defaultdeadline: NUMBER,
  discoveryinterval: NUMBER,
  gossiptimeout: NUMBER,
  keepaliveinterval: NUMBER,
  keepalivetimeout: NUMBER,
  maxdiscoverattempts: NUMBER,
  nodepreference: /^(leader|follower|read_?only_?replica|random)$/i,
  tls: BOOLEAN,
  tlscafile: ANY,
  tlsverifycert: /^true$/,
  throwonappendfailure: /^true$/,
  usercertfile: ANY,
  userkeyfile: ANY,
};

const KNOWN =
  'tls, tlsCAFile, userCertFile, userKeyFile, nodePreference, keepAliveInterval, keepAliveTimeout, defaultDeadline, ' +
  'maxDiscoverAttempts, discoveryInterval, gossipTimeout and connectionName';

/**
 * What is wrong with a connection string, as the rule it breaks; undefined when nothing is. It is checked before
 * the client sees it, because the client prints the whole string, password included, where an option is unknown.
 */
export function checkConnectionString(url: string): string | undefined {
  const match = FORM.exec(url);
  if (!match || !canDecode(url)) return RULE;
  const options = (match.groups?.['options'] ?? '').split('&').filter((text) => text !== '');
  return options.map(checkOption).find((problem) => problem !== undefined);
}

function checkOption(option: string): string | undefined {
  const [name = '', value = ''] = option.split('=');
  const allowed = OPTIONS[name.toLowerCase().replace(/[_-]/g, '')];
  if (!allowed) return `has an option that EventStoreDB's client does not know; it knows ${KNOWN}`;
  return allowed.test(value)
    ? undefined
    : `has a value that the option cannot have; it must match ${allowed.source}`;
}

/** The same connection, in the words of the client: it knows the scheme `esdb` alone. */
export function toClientString(url: string): string {
  return url.replace(/^kurrentdb/, 'esdb');
}

function canDecode(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}
