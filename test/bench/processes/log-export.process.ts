import Database from 'libsql';
import { serveParent } from '../harness/child.js';

export interface ExportSource {
  readonly url: string;
  readonly token: string;
  /** Of the event log, which Keyward has open. */
  readonly file: string;
}

export interface ExportRound {
  readonly events: number;
  readonly seconds: number;
  readonly bytes: number;
}

const PAGE = 500;

let source: ExportSource;

/** Takes an export and throws it away; or reads the rows of the log, and nothing else. */
serveParent({
  open(wanted: ExportSource): void {
    source = wanted;
  },

  async export(): Promise<ExportRound> {
    const startAt = performance.now();
    const response = await fetch(source.url, { headers: { authorization: `Bearer ${source.token}` } });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    let bytes = 0;
    for await (const chunk of response.body!) bytes += (chunk as Uint8Array).length;
    const events = Number(response.headers.get('keyward-export-events'));
    return { events, bytes, seconds: (performance.now() - startAt) / 1_000 };
  },

  read(): ExportRound {
    const startAt = performance.now();
    const db = new Database(source.file, { readonly: true });
    const page = db
      .prepare<unknown[]>(
        'SELECT position, stream, revision, type, id, recorded_at, metadata, data FROM events WHERE position > ? ORDER BY position LIMIT ?',
      )
      .raw();
    let [events, bytes, after] = [0, 0, 0];
    for (;;) {
      const rows = page.all([after, PAGE]) as [
        number,
        string,
        number,
        string,
        string,
        number,
        string,
        string,
      ][];
      for (const row of rows) bytes += row[6].length + row[7].length;
      events += rows.length;
      if (rows.length < PAGE) break;
      after = rows.at(-1)![0];
    }
    db.close();
    return { events, bytes, seconds: (performance.now() - startAt) / 1_000 };
  },
});
