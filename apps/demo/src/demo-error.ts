/** Why the demo cannot go on, or does not show what the story says; a sentence for people, without keys and tokens. */
export class DemoError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'DemoError';
  }
}
