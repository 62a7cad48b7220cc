import { styleText } from 'node:util';

type Format = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** Colours for people; plain text when they are off. */
export class Style {
  constructor(
    private readonly colours: boolean,
    /** The terminal's width in characters; undefined where there is no terminal. */
    readonly columns?: number | undefined,
  ) {}

  paint(format: Format, text: string): string {
    // Whether to paint was decided for our stream; Node would look at standard output.
    return this.colours ? styleText(format, text, { validateStream: false }) : text;
  }
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
}

/** Only on a terminal, and not where https://no-color.org asks for none. */
export function styleFor(stream: Terminal, env: Readonly<Record<string, string | undefined>>): Style {
  const isTerminal = stream.isTTY === true;
  const colours = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return new Style(colours, isTerminal ? stream.columns : undefined);
}

/** Without what could steer a terminal: the text may come from somebody else. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, '�');
}
