const FORMAT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** A time in the reader's own zone; the exact one on hovering. */
export function When({ at }: { readonly at: string }) {
  const time = new Date(at);
  return (
    <time dateTime={at} title={EXACT.format(time)}>
      {FORMAT.format(time)}
    </time>
  );
}
