import type { RawAnswer } from './raw-http.js';
import { rawCall } from './raw-http.js';

/** Keeps cookies as a browser does, and follows where it is sent, one step at a time. */
export class CookieClient {
  /** By origin, then by name. */
  readonly jar = new Map<string, Map<string, string>>();

  /** @param headers name and value one after the other. */
  async send(
    method: string,
    url: string,
    { headers = [], body }: { readonly headers?: readonly string[]; readonly body?: string } = {},
  ): Promise<RawAnswer> {
    const { origin, pathname, search } = new URL(url);
    const cookies = [...(this.jar.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`);
    const answer = await rawCall(origin, {
      method,
      path: `${pathname}${search}`,
      headers: [...(cookies.length > 0 ? ['Cookie', cookies.join('; ')] : []), ...headers],
      ...(body === undefined ? {} : { body }),
    });
    for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) this.keep(origin, cookie);
    return answer;
  }

  /** Goes on to other addresses until an answer is no redirect, or the next step would begin with `until`. */
  async follow(url: string, until?: string): Promise<{ readonly url: string; readonly answer: RawAnswer }> {
    const answer = await this.send('GET', url);
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status > 399) return { url, answer };
    const next = new URL(String(location), url).href;
    return until !== undefined && next.startsWith(until) ? { url: next, answer } : this.follow(next, until);
  }

  cookie(origin: string, name: string): string | undefined {
    return this.jar.get(origin)?.get(name);
  }

  plant(origin: string, name: string, value: string): void {
    const cookies = this.jar.get(origin) ?? new Map<string, string>();
    this.jar.set(origin, cookies.set(name, value));
  }

  private keep(origin: string, cookie: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    if (/; *max-age=0\b|expires=Thu, 01 Jan 1970/i.test(cookie)) this.jar.get(origin)?.delete(name);
    else this.plant(origin, name, value);
  }
}
