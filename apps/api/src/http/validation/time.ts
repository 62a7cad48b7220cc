const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/;

export function looksLikeTime(text: string): boolean {
  return RFC_3339.test(text);
}

/** Null for what is no RFC 3339 time, or names a day that is none. */
export function readTime(text: string): Date | null {
  if (!looksLikeTime(text)) return null;
  const time = new Date(text.toUpperCase());
  // Date turns 31 February into 3 March; what comes out must be the day that went in.
  const isReal = !Number.isNaN(time.getTime()) && Number(text.slice(8, 10)) <= daysInMonth(text);
  return isReal ? time : null;
}

function daysInMonth(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}
