/** Parses a text of one JSON value per line. Throws SyntaxError with the line's number. */
export function parseJsonLines<T>(text: string): T[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as T];
    } catch (error) {
      throw new SyntaxError(`line ${i + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}
