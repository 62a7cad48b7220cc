/** Asks on the terminal; nothing of what is typed is shown, not even its length. */
export async function promptOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  // Not at the top: it takes time to load, and only people need it.
  const { default: password } = await import('@inquirer/password');
  // On standard error, so that standard output holds the answer and nothing else.
  return password({ message: question, mask: false }, { output: process.stderr, signal });
}
