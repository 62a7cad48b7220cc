const COLOURS: Readonly<Record<string, string>> = {
  trace: '90',
  debug: '36',
  info: '32',
  warn: '33',
  error: '31',
  fatal: '35',
};
const OWN_FIELDS = new Set(['level', 'time', 'context', 'msg', 'err']);

/** One JSON log line as a person reads it: time, level, context, sentence, the rest as `name=value`. */
export function formatForPeople(jsonLine: string, colour: boolean): string {
  const record = parse(jsonLine);
  if (!record) return jsonLine;
  const paint = (code: string, text: string): string => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
  const level = text(record['level']);
  const parts = [
    paint('90', text(record['time']).slice(11, 23)),
    paint(COLOURS[level] ?? '0', level.toUpperCase().padEnd(5)),
    ...(record['context'] === undefined ? [] : [paint('36', `[${text(record['context'])}]`)]),
    text(record['msg']),
    ...restOf(record).map(([name, value]) => paint('90', `${name}=${text(value)}`)),
  ];
  return `${parts.join(' ')}${formatError(record['err'])}\n`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function restOf(record: Record<string, unknown>): [string, unknown][] {
  return Object.entries(record).filter(([name]) => !OWN_FIELDS.has(name));
}

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function formatError(err: unknown): string {
  if (typeof err !== 'object' || err === null) return '';
  const { name, message, code, stack, cause } = err as Record<string, unknown>;
  const head =
    stack === undefined
      ? `${text(name)}${code === undefined ? '' : ` (${text(code)})`}: ${text(message)}`
      : text(stack);
  return `\n    ${head.replaceAll('\n', '\n    ')}${formatError(cause)}`;
}
