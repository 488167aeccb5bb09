/** A worker that tells what it finds around it. */
export interface TellingCalls {
  environment(): Record<string, string | undefined>;
  say(text: string): void;
  fill(): number;
}

export default function start(): TellingCalls {
  return {
    environment: () => ({ ...process.env }),
    say: (text) => {
      process.stdout.write(text);
      process.stderr.write(text);
    },
    fill: () => {
      const held: number[][] = [];
      for (;;) held.push(Array.from({ length: 100_000 }, (_, i) => i + held.length));
    },
  };
}
